/**
 * Which fields an object of a type may have, read from the published model classes; the only package that imports them. They are loaded type
 * by type, when the first object of one is written, and never at start. Clients are told of them as OpenAPI's definitions, together with how {@code patch}
 * merges their lists. Knows {@code resource} and {@code patch}; look next at {@code objects}.
 */
@NullMarked
package io.quorate.control.schema;

import org.jspecify.annotations.NullMarked;
