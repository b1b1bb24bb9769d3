package io.quorate.simulations.command;

import io.quorate.control.controller.Controller;
import io.quorate.control.controller.Plan;
import io.quorate.control.objects.ApiObjects;
import io.quorate.control.objects.Change;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectEvent;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.Request;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.schedule.ScheduleControllers;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * What one decision of the scheduler costs in a cluster of a size: nodes and pods are made, all pods are placed, and the times are printed. The rules
 * and the controller are production's; nothing is stored. {@code java -cp 'lib/*' io.quorate.simulations.command.PlacementCost 1000 10000}
 */
public final class PlacementCost {
    private static final int PODS_OF_AN_OWNER = 50;
    private static final int ZONES = 5;
    private static final long NOW = 1_700_000_000_000L;

    private final ApiObjects rules = new ApiObjects();
    private final Controller scheduler = ScheduleControllers.all().getFirst();
    private ObjectState state = rules.empty();
    private int requests;

    private PlacementCost() {}

    /**
     * Prints what it measures.
     *
     * @param words how many nodes, and how many pods
     */
    public static void main(String[] words) {
        if (words.length != 2) {
            System.err.println("wants two numbers: nodes and pods, as 1000 10000");
            System.exit(2);
        }
        new PlacementCost().run(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
    }

    private void run(int nodes, int pods) {
        does(new ObjectCommand.Found(ObjectState.FOUNDED, request()));
        for (int i = 0; i < nodes; i++) {
            does(create(ResourceTypes.NODE.id(), "", """
                    {"metadata":{"name":"n%1$d","labels":{"kubernetes.io/hostname":"n%1$d","topology.kubernetes.io/zone":"%2$d"}},
                     "status":{"allocatable":{"cpu":"8","memory":"32Gi","pods":"110"},"conditions":[{"type":"Ready","status":"True"}]}}""".formatted(i, i % ZONES)));
        }
        for (int i = 0; i < pods; i++) {
            does(create(ResourceTypes.POD.id(), "default", """
                    {"metadata":{"name":"p%1$d","labels":{"app":"a%2$d"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"r","uid":"u%2$d","controller":true}]},
                     "spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"100m","memory":"128Mi"}}}]}}""".formatted(i, i / PODS_OF_AN_OWNER)));
        }
        long begin = nanos();
        scheduler.concerned(lastChange(), state);
        System.out.printf("%d nodes, %d pods: read anew in %.1f ms%n", nodes, pods, (nanos() - begin) / 1e6);
        long[] micros = new long[pods];
        long[] following = new long[pods];
        int bound = 0;
        for (int i = 0; i < pods; i++) {
            long before = nanos();
            Plan plan =
                    scheduler.reconcile(ObjectKey.of(ResourceTypes.POD, "default", "p" + i), state, NOW, this::request);
            micros[i] = (nanos() - before) / 1000;
            for (ObjectCommand each : plan.commands()) {
                bound += each instanceof ObjectCommand.Bind ? 1 : 0;
                does(each);
                long told = nanos();
                scheduler.concerned(lastChange(), state);
                following[i] += (nanos() - told) / 1000;
            }
        }
        print("a placement", micros);
        print("following what was written", following);
        System.out.printf("%d bound%n", bound);
    }

    /** Of the processor: what else the machine does is not counted. */
    private static long nanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void print(String what, long[] micros) {
        long[] late = Arrays.copyOfRange(micros, micros.length / 2, micros.length); // the first half warms up
        Arrays.sort(late);
        System.out.printf(
                "%s: %d us in the middle, %d us at p99, %d us at most%n",
                what, late[late.length / 2], late[late.length * 99 / 100], late[late.length - 1]);
    }

    private Change lastChange() {
        return state.changesAfter(state.version() - 1).orElseThrow().iterator().next();
    }

    private ObjectCommand create(String type, String namespace, String json) {
        return new ObjectCommand.Create(type, namespace, json.getBytes(StandardCharsets.UTF_8), request());
    }

    private void does(ObjectCommand command) {
        List<ObjectEvent> events = rules.decide(state, command).events();
        if (events.isEmpty()) {
            throw new IllegalStateException("refused: " + command);
        }
        for (ObjectEvent event : events) {
            state = rules.evolve(state, event, state.version() + 1);
        }
    }

    private Request request() {
        requests++;
        return new Request(
                "test",
                "test",
                false,
                Request.FieldValidation.IGNORE,
                NOW,
                new UUID(requests * 0x9E3779B97F4A7C15L, requests).toString(),
                "abcde");
    }
}
