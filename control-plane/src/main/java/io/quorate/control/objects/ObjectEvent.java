package io.quorate.control.objects;

import io.quorate.persistence.contract.Origin;

/**
 * What happened to an object. The journal keeps these for ever: {@code object.stored.v1}, {@code object.deleted.v1}. The object's {@code
 * resourceVersion} is the event's sequence number.
 */
public sealed interface ObjectEvent {
    StoredObject object();

    /** Version of the object before; 0 where it was not there. */
    long previous();

    /** Who asked for it; stands in the event's metadata. */
    Origin origin();

    /** It is as this now. */
    record Stored(StoredObject object, long previous, Origin origin) implements ObjectEvent {}

    /** It is gone, and was this at last. */
    record Deleted(StoredObject object, long previous, Origin origin) implements ObjectEvent {}
}
