package io.quorate.control.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.node.aggregate.Aggregate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The rules with the state that came of them, as a leader has it: each command is decided, and what happened is applied. */
public final class ObjectBook {
    static final long NOW = 1_700_000_000_000L;

    final ApiObjects rules = new ApiObjects();
    final List<ObjectEvent> events = new ArrayList<>();
    ObjectState state = rules.empty();
    private int requests;

    public ObjectState state() {
        return state;
    }

    public List<ObjectEvent> events() {
        return events;
    }

    public ApiObjects rules() {
        return rules;
    }

    /** An answer as a client sees it. */
    public record Answer(int code, ObjectNode body, List<String> warnings, boolean more) {
        String message() {
            return body.path("message").asText();
        }

        String reason() {
            return body.path("reason").asText();
        }

        String at(String path) {
            return Json.at(body, path).asText();
        }
    }

    public static ObjectBook founded() {
        ObjectBook book = new ObjectBook();
        book.ask(new ObjectCommand.Found(ObjectState.FOUNDED, book.request()));
        return book;
    }

    public Request request() {
        return request(false, Request.FieldValidation.STRICT);
    }

    Request request(boolean dryRun, Request.FieldValidation fields) {
        requests++;
        return new Request(
                "admin anna",
                "kubectl",
                dryRun,
                fields,
                NOW + requests * 1000L,
                UUID.nameUUIDFromBytes(("request " + requests).getBytes(StandardCharsets.UTF_8))
                        .toString(),
                "x7k2" + "bcdfghjklm".charAt(requests % 10));
    }

    public Answer ask(ObjectCommand command) {
        ObjectCommand sent = rules.readCommand(ObjectForm.bytes(command));
        Aggregate.Decision<ObjectEvent> decision = rules.decide(state, sent);
        long first = state.version() + 1;
        for (ObjectEvent event : decision.events()) {
            events.add(event);
            state = rules.evolve(state, event, state.version() + 1);
        }
        ObjectReply reply = ObjectForm.reply(decision.reply().bytes(first));
        return new Answer(reply.code(), Json.readObject(reply.body()), reply.warnings(), reply.more());
    }

    static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    Answer create(ResourceType type, String json) {
        return create(type, json, request());
    }

    Answer create(ResourceType type, String json, Request request) {
        return ask(new ObjectCommand.Create(type.id(), type.namespaced() ? "default" : "", bytes(json), request));
    }

    Answer update(ResourceType type, String name, String json) {
        return ask(new ObjectCommand.Update(key(type, name), "", bytes(json), request()));
    }

    Answer patch(ResourceType type, String name, PatchKind kind, String json) {
        return patch(type, name, "", kind, json);
    }

    Answer patch(ResourceType type, String name, String subresource, PatchKind kind, String json) {
        return ask(new ObjectCommand.Patch(key(type, name), subresource, kind, bytes(json), false, request()));
    }

    Answer delete(ResourceType type, String name) {
        return ask(new ObjectCommand.Delete(key(type, name), DeleteOptions.DEFAULT, request()));
    }

    static ObjectKey key(ResourceType type, String name) {
        return ObjectKey.of(type, "default", name);
    }

    ObjectNode get(ResourceType type, String name) {
        return state.get(key(type, name)).orElseThrow().tree();
    }

    boolean has(ResourceType type, String name) {
        return state.get(key(type, name)).isPresent();
    }

    /** A deployment as {@code kubectl create deployment} sends it. */
    static String deployment(String name) {
        return """
                {'kind':'Deployment','apiVersion':'apps/v1','metadata':{'name':'%1$s','creationTimestamp':null,'labels':{'app':'%1$s'}},
                 'spec':{'replicas':1,'selector':{'matchLabels':{'app':'%1$s'}},
                  'template':{'metadata':{'creationTimestamp':null,'labels':{'app':'%1$s'}},
                   'spec':{'containers':[{'name':'microbot','image':'dontrebootme/microbot:v1','resources':{}}]}},'strategy':{}},'status':{}}
                """.formatted(name);
    }

    static String configMap(String name, String value) {
        return "{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'%s'},'data':{'key':'%s'}}"
                .formatted(name, value);
    }

    static String pod(String name, String node) {
        return "{'kind':'Pod','apiVersion':'v1','metadata':{'name':'%s','labels':{'app':'web'}},'spec':{%s'containers':[{'name':'c','image':'i'}]}}"
                .formatted(name, node.isEmpty() ? "" : "'nodeName':'" + node + "',");
    }
}
