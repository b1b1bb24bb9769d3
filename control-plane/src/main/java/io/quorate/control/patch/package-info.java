/**
 * The four ways to change an object by a patch, as functions of two JSON trees: JSON patch (RFC 6902), merge patch (RFC 7386), strategic merge
 * patch and server-side apply. Pure; knows Jackson, a library for the first of them, and {@code resource}'s failures. Look next at {@code
 * objects}, which decides what may come of a patch.
 */
@NullMarked
package io.quorate.control.patch;

import org.jspecify.annotations.NullMarked;
