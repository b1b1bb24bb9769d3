package io.quorate.control.controller;

import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.resource.ResourceTypes;

/** Whether there is room for anything new. */
final class Namespaces {
    private Namespaces() {}

    /** Whether nothing may be created in it any more. */
    static boolean isEnding(ObjectState state, String namespace) {
        return state.get(ObjectKey.of(ResourceTypes.NAMESPACE, "", namespace))
                .filter(home -> !home.field("status.phase").equals("Terminating"))
                .isEmpty();
    }
}
