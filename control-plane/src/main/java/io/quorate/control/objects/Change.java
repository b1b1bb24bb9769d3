package io.quorate.control.objects;

import java.util.Optional;

/**
 * One event as watches need it.
 *
 * @param before what the object was; empty for a new one
 * @param now what it is, or was at last
 */
public record Change(long version, Optional<StoredObject> before, StoredObject now, boolean deleted) {}
