"""Runs an ONNX file with the Python package of ONNX Runtime, as RunOnnx.java does with its jar.

A test compares what models predict with what their exported files give here:

    python -m pip install numpy onnxruntime
    ./mvnw test -pl examples -am -Dtest=ExportedFileTest -Dsurefire.failIfNoSpecifiedTests=false \
        -Dpython=python

Arguments are the file, the name of an output, and rows such as
"input_ids=2,7,3;attention_mask=1,1,1"; inputs that the model does not have are left out. Prints a
line for each row: the values of the output, separated by spaces.
"""

import sys

import numpy as np
import onnxruntime

TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64}


def tensor(declared, numbers):
    """One row; an axis of any size has what the others leave."""
    shape = [1] + [size if isinstance(size, int) else -1 for size in declared.shape[1:]]
    values = [float(number) for number in numbers.split(",")]
    return np.array(values, dtype=TYPES[declared.type]).reshape(shape)


def main(file, output, *rows):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    inputs = {declared.name: declared for declared in session.get_inputs()}
    for row in rows:
        stated = dict(each.split("=", 1) for each in row.split(";"))
        feed = {name: tensor(declared, stated[name]) for name, declared in inputs.items()}
        (values,) = session.run([output], feed)
        print(*values.flatten().tolist())


main(*sys.argv[1:])
