/**
 * The words of the kubernetes API: which types of objects there are, what their names, labels and selectors look like, and how a refusal is
 * told. Pure; knows Jackson and nothing of this project. Look next at {@code objects}, which decides about them, and at {@code kubernetes},
 * which serves them.
 */
@NullMarked
package io.quorate.control.resource;

import org.jspecify.annotations.NullMarked;
