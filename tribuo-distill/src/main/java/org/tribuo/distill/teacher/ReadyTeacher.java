package org.tribuo.distill.teacher;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.distill.component.NamedColumns;

/**
 * A teacher that can be run.
 *
 * @param settings what opens it
 * @param columns what the columns of its logits stand for
 * @param tokenizer its tokenizer.json, where it reads other tokens than the student
 * @param maxLength to how many tokens that cuts a text, if the teacher's file says it
 * @param padId the token that fills up short rows
 */
public record ReadyTeacher(
    TeacherSettings settings,
    NamedColumns columns,
    Optional<Path> tokenizer,
    OptionalInt maxLength,
    int padId) {}
