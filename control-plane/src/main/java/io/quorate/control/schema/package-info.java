/**
 * Which fields an object of a type may have, read from the published model classes; the only package that imports them. They are loaded type
 * by type, when the first object of one is written, and never at start. Knows {@code resource}; look next at {@code objects}.
 */
@NullMarked
package io.quorate.control.schema;

import org.jspecify.annotations.NullMarked;
