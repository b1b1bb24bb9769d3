package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.addon.Addon;
import io.quorate.control.addon.AddonObject;
import io.quorate.control.addon.EnabledAddon;
import io.quorate.control.addon.Readiness;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Brings the objects of add-ons about and takes them away, through the API. Whatever is cut off is gone on with when it is asked for again: what is there
 * is found by its label. For one thread.
 */
final class AddonObjects {
    private static final String APPLY = "application/apply-patch+yaml";
    private static final String MERGE = "application/merge-patch+json";
    private static final String JSON = "application/json";
    private static final int UNAVAILABLE = 503;
    private static final int UNKNOWN = 504;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final long LOOK_MILLIS = 250;

    /** What takes less is not told of while it goes on. */
    private static final long TOLD_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NodeClient client;
    private final PrintWriter out;
    private final int timeoutSeconds;

    AddonObjects(NodeClient client, PrintWriter out, int timeoutSeconds) {
        this.client = client;
        this.out = out;
        this.timeoutSeconds = timeoutSeconds;
    }

    // ---- what the cluster remembers

    List<EnabledAddon> enabled() {
        NodeClient.Answer answer = ask("GET", memory(), "", "");
        return answer.code() == NOT_FOUND ? List.of() : EnabledAddon.all(required(answer, "the add-ons"));
    }

    /** Remembers how far one is. */
    void remember(EnabledAddon addon) {
        ObjectNode patch = Json.object();
        patch.putObject("data").put(addon.name(), addon.entry());
        remember(patch);
    }

    void forget(String addon) {
        ObjectNode patch = Json.object();
        patch.putObject("data").putNull(addon);
        remember(patch);
    }

    private void remember(ObjectNode patch) {
        NodeClient.Answer answer = ask("PATCH", by(memory()), MERGE, patch.toString());
        if (answer.code() == NOT_FOUND) {
            ObjectNode object = Json.object().put("kind", "ConfigMap").put("apiVersion", "v1");
            object.putObject("metadata").put("name", EnabledAddon.OBJECT);
            NodeClient.Answer created = ask(
                    "POST",
                    by(AddonObject.path(ResourceTypes.CONFIG_MAP, EnabledAddon.NAMESPACE)),
                    JSON,
                    object.toString());
            if (created.code() != CONFLICT) { // else somebody was faster
                required(created, "the list of add-ons");
            }
            answer = ask("PATCH", by(memory()), MERGE, patch.toString());
        }
        required(answer, "the list of add-ons");
    }

    private static String memory() {
        return AddonObject.path(ResourceTypes.CONFIG_MAP, EnabledAddon.NAMESPACE) + "/" + EnabledAddon.OBJECT;
    }

    private static String by(String path) {
        return path + "?fieldManager=" + Addon.FIELD_MANAGER;
    }

    // ---- there

    /** Applies all objects in their order, and has those go that an older version of the add-on had besides. */
    void apply(Addon addon) throws InterruptedException {
        for (AddonObject each : addon.objects()) {
            requireOwn(addon, each);
            NodeClient.Answer answer = ask(
                    "PATCH", by(each.path()) + "&force=true", APPLY, each.tree().toString());
            required(answer, each.words());
            out.println(each.words() + " applied");
        }
        List<AddonObject> left = there(addon.name()).stream()
                .filter(each -> addon.objects().stream().noneMatch(each::isSame))
                .toList();
        delete(left);
    }

    /** What is there under its name and is not its own stays as it is. */
    private void requireOwn(Addon addon, AddonObject object) {
        NodeClient.Answer there = ask("GET", object.path(), "", "");
        if (!there.isGood()) {
            return; // the next request tells what is wrong, if anything is
        }
        String owner =
                Json.at(there.body(), "metadata.labels").path(Addon.LABEL).asText();
        if (!owner.equals(addon.name())) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    object.words() + (object.namespace().isEmpty() ? "" : " in " + object.namespace())
                            + " is there already, and is not of the add-on " + addon.name()
                            + (owner.isEmpty() ? "" : " but of " + owner)
                            + ". Next: delete it, or give it the label " + Addon.LABEL + "=" + addon.name());
        }
    }

    /** Returns when all of its workloads are ready. */
    void awaitReady(Addon addon) throws InterruptedException {
        await(addon.name() + " is not ready", () -> {
            List<String> lacking = new ArrayList<>();
            for (AddonObject each : addon.objects()) {
                if (each.type().inAll()) {
                    NodeClient.Answer there = ask("GET", each.path(), "", "");
                    Optional<String> lacks = there.isGood() ? Readiness.lacks(there.body()) : Optional.of("not there");
                    lacks.ifPresent(what -> lacking.add(each.words() + " (" + what + ")"));
                }
            }
            return lacking;
        });
    }

    // ---- gone

    /** All objects of an add-on, the first one first. */
    List<AddonObject> there(String addon) {
        List<AddonObject> all = new ArrayList<>();
        for (ResourceType type : ResourceTypes.ALL) {
            if (type == ResourceTypes.EVENT) {
                continue; // nobody's
            }
            NodeClient.Answer answer = ask(
                    "GET",
                    AddonObject.path(type, "") + "?labelSelector=" + NodeClient.segment(Addon.LABEL + "=" + addon),
                    "",
                    "");
            for (JsonNode each : required(answer, type.plural()).path("items")) {
                boolean owned = !Json.at(each, "metadata.ownerReferences").isEmpty();
                if (each instanceof ObjectNode tree && !owned) {
                    all.add(AddonObject.there(type, tree));
                }
            }
        }
        all.sort(Comparator.comparingInt(AddonObject::place));
        return all;
    }

    /** Deletes the last one first, each with what it owns; returns when they are gone. */
    void delete(List<AddonObject> objects) throws InterruptedException {
        for (AddonObject each : objects.reversed()) {
            NodeClient.Answer answer = ask("DELETE", each.path(), JSON, "{\"propagationPolicy\":\"Foreground\"}");
            if (answer.code() != NOT_FOUND) {
                required(answer, each.words());
            }
            out.println(each.words() + " deleted");
        }
        await("not all is gone", () -> {
            List<String> left = new ArrayList<>();
            for (AddonObject each : objects) {
                if (ask("GET", each.path(), "", "").code() != NOT_FOUND) {
                    left.add(each.words());
                }
            }
            return left;
        });
    }

    // ---- asking

    /** What is waited for, each time it is looked at; nothing when there is no more of it. */
    private interface Look {
        List<String> rest();
    }

    private void await(String otherwise, Look look) throws InterruptedException {
        long begin = System.nanoTime();
        String told = "";
        while (true) {
            List<String> rest = look.rest();
            if (rest.isEmpty()) {
                return;
            }
            String words = String.join(", ", rest);
            long passed = System.nanoTime() - begin;
            if (passed > TimeUnit.SECONDS.toNanos(timeoutSeconds)) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        "after " + timeoutSeconds + " s " + otherwise + ": " + words
                                + ". Next: `quorate kubectl get events -A`; the same command again goes on");
            }
            if (passed > TOLD_AFTER_NANOS && !words.equals(told)) {
                told = words;
                out.println("waiting for " + words);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** All that is asked here may be asked twice: once more where it is not known what became of it. */
    private NodeClient.Answer ask(String method, String path, String contentType, String body) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (true) {
            NodeClient.Answer answer = client.ask(method, path, contentType, body);
            boolean later = answer.code() == UNAVAILABLE || answer.code() == UNKNOWN;
            if (!later || System.nanoTime() > end) {
                return answer;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandFailure(ExitCode.UNKNOWN, "interrupted");
            }
        }
    }

    private static JsonNode required(NodeClient.Answer answer, String what) {
        if (answer.isGood()) {
            return answer.body();
        }
        throw new CommandFailure(
                answer.code() == UNKNOWN ? ExitCode.UNKNOWN : ExitCode.FAILED, what + ": " + answer.message());
    }
}
