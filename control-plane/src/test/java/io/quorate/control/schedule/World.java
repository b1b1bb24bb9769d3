package io.quorate.control.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.controller.Conditions;
import io.quorate.control.controller.Controller;
import io.quorate.control.controller.Plan;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Nodes and pods as a leader has them, and a controller that is asked as its shell asks it. JSON is written with single quotes. */
final class World {
    private final ObjectBook book = ObjectBook.founded();
    long nowMillis = 1_700_000_000_000L;

    ObjectState state() {
        return book.state();
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    void does(ObjectCommand command) {
        ObjectBook.Answer answer = book.ask(command);
        assertThat(answer.code()).as(String.valueOf(answer.body())).isLessThan(300);
    }

    void create(ResourceType type, String namespace, String json) {
        does(new ObjectCommand.Create(type.id(), namespace, bytes(json), book.request()));
    }

    /** One that is ready, in a zone. */
    void node(String name, String zone, String allocatable) {
        node(name, "'topology.kubernetes.io/zone':'" + zone + "'", "", allocatable);
    }

    /** @param spec fields of it */
    void node(String name, String labels, String spec, String allocatable) {
        create(ResourceTypes.NODE, "", """
                {'kind':'Node','apiVersion':'v1','metadata':{'name':'%1$s','labels':{'kubernetes.io/hostname':'%1$s'%2$s}},'spec':{%3$s},
                 'status':{'allocatable':{%4$s},'conditions':[{'type':'Ready','status':'True'}]}}""".formatted(name, labels.isEmpty() ? "" : "," + labels, spec, allocatable));
    }

    void ready(String node, String status) {
        patch(
                ResourceTypes.NODE,
                node,
                "status",
                "{'status':{'conditions':[{'type':'Ready','status':'%s'}]}}".formatted(status));
    }

    /** @param spec fields of it beside its containers */
    void pod(String name, String spec, String requests) {
        pod(name, "'app':'" + name + "'", "", spec, requests);
    }

    void pod(String name, String labels, String owner, String spec, String requests) {
        String owners = owner.isEmpty()
                ? ""
                : ",'ownerReferences':[{'apiVersion':'apps/v1','kind':'ReplicaSet','name':'rs','uid':'" + owner
                        + "','controller':true}]";
        create(ResourceTypes.POD, "default", """
                {'kind':'Pod','apiVersion':'v1','metadata':{'name':'%s','labels':{%s}%s},
                 'spec':{%s'containers':[{'name':'c','image':'i','resources':{'requests':{%s}}}]}}""".formatted(
                        name, labels, owners, spec.isEmpty() ? "" : spec + ",", requests));
    }

    void patch(ResourceType type, String name, String subresource, String json) {
        does(new ObjectCommand.Patch(
                ObjectKey.of(type, "default", name),
                subresource,
                PatchKind.STRATEGIC,
                bytes(json),
                false,
                book.request()));
    }

    void delete(ResourceType type, String name) {
        does(new ObjectCommand.Delete(
                ObjectKey.of(type, "default", name), new DeleteOptions(Optional.of(0L), "", ""), book.request()));
    }

    ObjectNode get(ResourceType type, String name) {
        return state().get(ObjectKey.of(type, "default", name)).orElseThrow().tree();
    }

    boolean has(String pod) {
        return state().get(key(pod)).isPresent();
    }

    static ObjectKey key(String pod) {
        return ObjectKey.of(ResourceTypes.POD, "default", pod);
    }

    static ObjectKey nodeKey(String node) {
        return ObjectKey.of(ResourceTypes.NODE, "", node);
    }

    /** One look at one object; what is planned is done. */
    Plan look(Controller controller, ObjectKey key) {
        Plan plan = plan(controller, key);
        plan.commands().forEach(this::does);
        return plan;
    }

    Plan plan(Controller controller, ObjectKey key) {
        return controller.reconcile(key, state(), nowMillis, book::request);
    }

    /** Whom the last change concerns. */
    List<ObjectKey> concerned(Controller controller) {
        Change last = state().changesAfter(state().version() - 1)
                .orElseThrow()
                .iterator()
                .next();
        return List.copyOf(controller.concerned(last, state()));
    }

    /** Whom the changes after a version concern. */
    List<ObjectKey> concernedAfter(long version, Controller controller) {
        List<ObjectKey> keys = new ArrayList<>();
        state().changesAfter(version)
                .orElseThrow()
                .forEach(change -> keys.addAll(controller.concerned(change, state())));
        return keys;
    }

    /** Where a pod is; empty for nowhere. */
    String home(String pod) {
        return Json.at(get(ResourceTypes.POD, pod), "spec.nodeName").asText();
    }

    JsonNode condition(ResourceType type, String name, String condition) {
        return Conditions.of(get(type, name), condition);
    }

    /** What is told of an object, as {@code reason: message}. */
    List<String> told(String name) {
        List<String> told = new ArrayList<>();
        for (StoredObject each : state().list(ResourceTypes.EVENT, "default", "")) {
            if (each.field("involvedObject.name").equals(name)) {
                told.add(each.field("reason") + ": "
                        + each.tree().path("message").asText());
            }
        }
        return told;
    }
}
