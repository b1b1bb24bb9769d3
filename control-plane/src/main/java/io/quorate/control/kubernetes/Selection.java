package io.quorate.control.kubernetes;

import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.FieldSelector;
import io.quorate.control.resource.LabelSelector;
import io.quorate.control.resource.ResourceType;

/**
 * Which objects a list or a watch is about.
 *
 * @param namespace empty for all
 */
record Selection(ResourceType type, String namespace, LabelSelector labels, FieldSelector fields) {

    static Selection of(ApiPath path, ApiRequest request) {
        return new Selection(
                path.type(),
                path.namespace(),
                LabelSelector.parse(request.parameter("labelSelector")),
                FieldSelector.parse(
                        path.type(),
                        path.name().isEmpty() ? request.parameter("fieldSelector") : "metadata.name=" + path.name()));
    }

    boolean has(StoredObject object) {
        return object.key().type().equals(type.id())
                && (namespace.isEmpty() || object.key().namespace().equals(namespace))
                && labels.matches(object.labels())
                && fields.matches(object::field);
    }

    /** Whether it takes all objects of its type and namespace, whatever they hold. */
    boolean isWhole() {
        return labels.isAll() && fields.isAll();
    }
}
