package org.tribuo.distill;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.distill.teacher.TeacherSettings;

/**
 * A teacher that can be asked.
 *
 * @param settings what opens it
 * @param tokenizer its tokenizer.json, where it reads other tokens than the student
 * @param maxLength to how many tokens that cuts a text, if the teacher's file says it
 * @param padId the token that fills up short rows
 */
record ReadyTeacher(
    TeacherSettings settings, Optional<Path> tokenizer, OptionalInt maxLength, int padId) {}
