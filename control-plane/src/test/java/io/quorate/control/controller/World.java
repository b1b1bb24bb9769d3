package io.quorate.control.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectBook.Answer;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Propagation;
import io.quorate.control.objects.Request;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.objects.Times;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ObjectNames;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Objects, some controllers, and a clock that a test sets: what changes is looked at by whom it concerns until everything is at rest. A test plays
 * everybody else, such as nodes that run pods.
 */
final class World {
    private static final int MANY = 5000;

    private record Look(Controller controller, ObjectKey key) {}

    private final ObjectBook book = ObjectBook.founded();
    private final List<Controller> controllers;
    private final Map<Look, Long> due = new LinkedHashMap<>();
    private final Set<Look> waiting = new LinkedHashSet<>();
    private long seen = book.state().version();
    private long now = 1_700_001_000_000L;
    private int requests;

    /** What the objects' rules refuse, by the words in it; nothing at first. */
    private Predicate<ObjectCommand> refuses = command -> false;

    World(Controller... controllers) {
        this.controllers = List.of(controllers);
    }

    /** With all of a cluster's. */
    static World whole() {
        return new World(StandardControllers.all().toArray(Controller[]::new));
    }

    ObjectState state() {
        return book.state();
    }

    long now() {
        return now;
    }

    Request request() {
        requests++;
        StringBuilder suffix = new StringBuilder();
        int rest = requests;
        for (int i = 0; i < ObjectNames.SUFFIX_LENGTH; i++) {
            suffix.append(ObjectNames.SUFFIX_LETTERS.charAt(rest % ObjectNames.SUFFIX_LETTERS.length()));
            rest /= ObjectNames.SUFFIX_LETTERS.length();
        }
        return new Request(
                "somebody",
                "test",
                false,
                Request.FieldValidation.STRICT,
                now,
                UUID.nameUUIDFromBytes(("request " + requests).getBytes(StandardCharsets.UTF_8))
                        .toString(),
                suffix.toString());
    }

    Answer ask(ObjectCommand command) {
        return book.ask(command);
    }

    /** Commands that are refused from now on, as a quota would. */
    void refuse(Predicate<ObjectCommand> which) {
        refuses = which;
    }

    /** Has everybody look until nothing is left to do; what is due later waits for {@link #pass}. */
    void settle() {
        for (int steps = 0; step(); steps++) {
            assertThat(steps).as("it comes to rest").isLessThan(MANY);
        }
    }

    /** One look of one controller; whether there was any to take. */
    boolean step() {
        for (Change change : state().changesAfter(seen).orElseThrow()) {
            for (Controller each : controllers) {
                each.concerned(change, state()).forEach(key -> waiting.add(new Look(each, key)));
            }
        }
        seen = state().version();
        due.forEach((look, at) -> {
            if (at <= now) {
                waiting.add(look);
            }
        });
        Optional<Look> next = waiting.stream().findFirst();
        next.ifPresent(look -> {
            waiting.remove(look);
            due.remove(look);
            Plan plan = look.controller().reconcile(look.key(), state(), now, this::request);
            carryOut(look, plan);
            plan.againMillis().ifPresent(at -> due.put(look, at));
        });
        return next.isPresent();
    }

    private void carryOut(Look look, Plan plan) {
        for (ObjectCommand each : plan.commands()) {
            boolean event =
                    each instanceof ObjectCommand.Create create && create.type().equals(ResourceTypes.EVENT.id());
            if (refuses.test(each)) {
                Plan then =
                        look.controller().refused(look.key(), state(), each, "there is no room", now, this::request);
                refuses = command -> false;
                carryOut(look, then);
                return;
            }
            Answer answer = ask(each);
            assertThat(answer.code())
                    .as(look + ": " + each + ": " + answer.body().path("message"))
                    .isLessThan(event ? 500 : 400);
        }
    }

    /** Lets time pass, and everybody do what has become due. */
    void pass(long seconds) {
        now += seconds * 1000;
        settle();
    }

    /** Lets time pass with nobody looking. */
    void sleep(long seconds) {
        now += seconds * 1000;
    }

    // ---- what clients do

    Answer create(ResourceType type, String json) {
        Answer answer =
                ask(new ObjectCommand.Create(type.id(), type.namespaced() ? "default" : "", bytes(json), request()));
        assertThat(answer.code()).as(answer.body().toString()).isEqualTo(201);
        settle();
        return answer;
    }

    void patch(ResourceType type, String name, String json) {
        patch(type, name, "", json);
    }

    private void patch(ResourceType type, String name, String subresource, String json) {
        Answer answer = ask(
                new ObjectCommand.Patch(key(type, name), subresource, PatchKind.MERGE, bytes(json), false, request()));
        assertThat(answer.code()).as(answer.body().toString()).isEqualTo(200);
    }

    void change(ResourceType type, String name, String json) {
        patch(type, name, json);
        settle();
    }

    void delete(ResourceType type, String name) {
        ask(new ObjectCommand.Delete(key(type, name), DeleteOptions.DEFAULT, request()));
        settle();
    }

    void delete(ResourceType type, String name, Propagation propagation) {
        ask(new ObjectCommand.Delete(
                key(type, name), new DeleteOptions(Optional.empty(), "", "", Optional.of(propagation)), request()));
        settle();
    }

    // ---- what nodes do

    void node(String name, String labels) {
        ask(new ObjectCommand.Report(
                name, bytes("{'metadata':{'labels':{" + labels + "}},'status':{'conditions':[]}}"), request()));
        settle();
    }

    /** It has an address and is ready, since now. */
    void run(StoredObject pod) {
        int number = Math.floorMod(pod.key().name().hashCode(), 60_000);
        patch(
                ResourceTypes.POD,
                pod.key().name(),
                "status",
                "{'status':{'phase':'Running','podIP':'127.64.%d.%d','conditions':[{'type':'Ready','status':'True','lastTransitionTime':'%s'}]}}"
                        .formatted(number / 250, number % 250 + 1, Times.text(now)));
    }

    void fail(StoredObject pod, String phase) {
        patch(ResourceTypes.POD, pod.key().name(), "status", "{'status':{'phase':'" + phase + "','conditions':[]}}");
    }

    void unready(StoredObject pod) {
        patch(
                ResourceTypes.POD,
                pod.key().name(),
                "status",
                "{'status':{'conditions':[{'type':'Ready','status':'False'}]}}");
    }

    /** All pods that wait for it run, and everybody sees it. */
    void runAll() {
        for (StoredObject each : pods()) {
            if (Pods.isActive(each) && !each.isReady()) {
                run(each);
            }
        }
        settle();
    }

    /** Pods that were told to end have ended. */
    void endAll() {
        for (StoredObject each : pods()) {
            if (each.isEnding()) {
                ask(new ObjectCommand.Delete(
                        each.key(), new DeleteOptions(Optional.of(0L), each.uid(), ""), request()));
            }
        }
        settle();
    }

    // ---- what is seen

    List<StoredObject> all(ResourceType type) {
        return new ArrayList<>(state().list(type, type.namespaced() ? "default" : "", ""));
    }

    List<StoredObject> pods() {
        return all(ResourceTypes.POD);
    }

    List<StoredObject> activePods() {
        return pods().stream().filter(Pods::isActive).toList();
    }

    boolean has(ResourceType type, String name) {
        return state().get(key(type, name)).isPresent();
    }

    StoredObject stored(ResourceType type, String name) {
        return state().get(key(type, name)).orElseThrow();
    }

    ObjectNode get(ResourceType type, String name) {
        return stored(type, name).tree();
    }

    String at(ResourceType type, String name, String path) {
        return Json.at(get(type, name), path).asText();
    }

    /** Status and reason of a condition. */
    String condition(ResourceType type, String name, String condition) {
        return Conditions.find(Json.at(get(type, name), "status.conditions"), condition)
                .map(each ->
                        each.path("status").asText() + " " + each.path("reason").asText())
                .orElse("");
    }

    /** Reasons, messages and counts of the events about an object, in the order in which they were written. */
    List<String> events(String about) {
        return all(ResourceTypes.EVENT).stream()
                .sorted(Comparator.comparing(StoredObject::version))
                .map(StoredObject::tree)
                .filter(each -> Json.at(each, "involvedObject.name").asText().equals(about))
                .map(World::told)
                .toList();
    }

    private static String told(JsonNode event) {
        int count = event.path("count").asInt();
        return event.path("reason").asText() + ": " + event.path("message").asText()
                + (count == 1 ? "" : " (x" + count + ")");
    }

    static ObjectKey key(ResourceType type, String name) {
        return ObjectKey.of(type, "default", name);
    }

    static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    /** @param more fields of the spec, each with a comma behind it */
    static String workload(String kind, String name, String image, String more) {
        return """
                {'kind':'%1$s','apiVersion':'apps/v1','metadata':{'name':'%2$s'},
                 'spec':{%4$s'selector':{'matchLabels':{'app':'%2$s'}},
                  'template':{'metadata':{'labels':{'app':'%2$s'}},'spec':{'containers':[{'name':'c','image':'%3$s'}]}}}}
                """.formatted(kind, name, image, more);
    }
}
