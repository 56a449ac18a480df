package org.tribuo.distill.task.token;

/**
 * Some neighbouring elements of a sequence that are of one type.
 *
 * @param from its first element
 * @param to behind its last element
 */
public record Entity(int from, int to, String type) {}
