package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.POD;
import static io.quorate.control.resource.ResourceTypes.REPLICA_SET;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReplicaSetsTest {
    private final World world = new World(new ReplicaSets());

    private static String set(int replicas) {
        return World.workload("ReplicaSet", "web", "nginx", "'replicas':" + replicas + ",");
    }

    private String status(String field) {
        return world.at(REPLICA_SET, "web", "status." + field);
    }

    @Test
    void there_are_as_many_pods_of_its_template_as_it_asks_for_and_they_are_its_own() {
        world.create(REPLICA_SET, set(3));
        assertThat(world.pods()).hasSize(3).allSatisfy(pod -> {
            assertThat(pod.key().name()).matches("web-[a-z0-9]{5}");
            assertThat(pod.controllerUid())
                    .isEqualTo(world.stored(REPLICA_SET, "web").uid());
            assertThat(pod.labels()).containsEntry("app", "web");
            assertThat(Json.at(pod.tree(), "spec.restartPolicy").asText()).isEqualTo("Always");
            assertThat(pod.tree().at("/metadata/ownerReferences/0").toString())
                    .contains("\"controller\":true", "\"blockOwnerDeletion\":true", "\"kind\":\"ReplicaSet\"");
        });
        assertThat(status("replicas")).isEqualTo("3");
        assertThat(status("fullyLabeledReplicas")).isEqualTo("3");
        assertThat(status("readyReplicas")).isEmpty();
        assertThat(status("observedGeneration")).isEqualTo("1");
        assertThat(world.events("web"))
                .hasSize(3)
                .allMatch(told -> told.startsWith("SuccessfulCreate: Created pod: web-"));
    }

    @Test
    void a_pod_that_ends_or_is_deleted_is_replaced() {
        world.create(REPLICA_SET, set(2));
        List<StoredObject> first = world.pods();
        world.fail(first.getFirst(), "Failed");
        world.settle();
        world.delete(POD, first.getLast().key().name());
        assertThat(world.activePods()).hasSize(2).doesNotContainAnyElementsOf(first);
        assertThat(world.has(POD, first.getFirst().key().name()))
                .as("one that failed stays to be looked at")
                .isTrue();
    }

    @Test
    void of_too_many_those_that_serve_least_go_first() {
        world.create(REPLICA_SET, set(4));
        List<StoredObject> pods = world.pods();
        world.run(pods.get(1));
        world.sleep(10);
        world.run(pods.get(2));
        world.settle();
        world.change(REPLICA_SET, "web", "{'spec':{'replicas':2}}");
        assertThat(names(world.pods())).isEqualTo(names(List.of(pods.get(1), pods.get(2))));
        world.change(REPLICA_SET, "web", "{'spec':{'replicas':1}}");
        assertThat(names(world.pods()))
                .as("the one that has served longest stays")
                .isEqualTo(names(List.of(pods.get(1))));
        assertThat(world.events("web")).anyMatch(told -> told.startsWith("SuccessfulDelete: Deleted pod: web-"));
    }

    @Test
    void a_pod_is_available_when_it_has_been_ready_for_long_enough() {
        world.create(REPLICA_SET, World.workload("ReplicaSet", "web", "nginx", "'replicas':2,'minReadySeconds':30,"));
        world.runAll();
        assertThat(status("readyReplicas")).isEqualTo("2");
        assertThat(status("availableReplicas")).isEmpty();
        world.pass(30);
        assertThat(status("availableReplicas")).isEqualTo("2");
    }

    @Test
    void a_pod_that_nobody_manages_is_adopted_and_one_that_it_does_not_select_any_more_is_let_go() {
        world.create(
                POD,
                "{'metadata':{'name':'stray','labels':{'app':'web'}},'spec':{'containers':[{'name':'c','image':'i'}]}}");
        world.create(REPLICA_SET, set(2));
        assertThat(world.pods()).hasSize(2);
        assertThat(world.stored(POD, "stray").controllerUid())
                .isEqualTo(world.stored(REPLICA_SET, "web").uid());
        world.change(POD, "stray", "{'metadata':{'labels':{'app':'other'}}}");
        assertThat(world.stored(POD, "stray").controllerUid()).isEmpty();
        assertThat(world.pods()).as("it is replaced").hasSize(3);
    }

    @Test
    void many_pods_are_created_in_bursts_and_their_events_are_combined() {
        world.create(REPLICA_SET, set(ReplicaSets.BURST + 20));
        assertThat(world.pods()).hasSize(ReplicaSets.BURST + 20);
        assertThat(world.events("web"))
                .hasSize(11)
                .anyMatch(told -> told.contains("SuccessfulCreate: (combined from similar events): Created pod: web-")
                        && told.endsWith("(x510)"));
    }

    @Test
    void what_is_refused_is_told_and_tried_again() {
        world.refuse(command ->
                command instanceof ObjectCommand.Create create && create.type().equals("pods"));
        world.create(REPLICA_SET, set(1));
        assertThat(world.events("web").getFirst()).isEqualTo("FailedCreate: Error creating: there is no room");
        world.settle();
        assertThat(world.pods()).hasSize(1);
        assertThat(world.condition(REPLICA_SET, "web", "ReplicaFailure"))
                .as("it is over")
                .isEmpty();
    }

    @Test
    void a_set_whose_pods_fail_again_and_again_waits_longer_and_longer_before_the_next() {
        world.create(REPLICA_SET, set(1));
        world.fail(world.activePods().getFirst(), "Failed");
        world.settle();
        assertThat(world.activePods()).as("once is no habit").hasSize(1);
        for (int seconds = 1; seconds <= 256; seconds *= 2) {
            world.fail(world.activePods().getFirst(), "Failed");
            world.settle();
            world.pass(seconds - 1);
            assertThat(world.activePods()).isEmpty();
            world.pass(1);
            assertThat(world.activePods()).hasSize(1);
        }
    }

    @Test
    void one_that_is_about_to_go_makes_no_more_pods() {
        world.create(
                REPLICA_SET, set(1).replace("'name':'web'},\n", "'name':'web','finalizers':['example.com/hold']},\n"));
        world.delete(REPLICA_SET, "web");
        world.delete(POD, world.pods().getFirst().key().name());
        assertThat(world.pods()).isEmpty();
    }

    private static Set<String> names(List<StoredObject> pods) {
        return pods.stream().map(pod -> pod.key().name()).collect(Collectors.toSet());
    }
}
