/** Tells a person how a program gets on: progress bars on a terminal, plain lines elsewhere. */
@NullMarked
package org.tribuo.distill.examples.console;

import org.jspecify.annotations.NullMarked;
