package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.DAEMON_SET;
import static io.quorate.control.resource.ResourceTypes.NODE;
import static io.quorate.control.resource.ResourceTypes.POD;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.StoredObject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DaemonSetsTest {
    private final World world = new World(new DaemonSets());

    @BeforeEach
    void nodes() {
        world.node("n1", "'disk':'ssd'");
        world.node("n2", "'disk':'ssd'");
        world.node("n3", "'disk':'slow'");
    }

    private static String set(String more) {
        return World.workload("DaemonSet", "log", "fluent:1", more);
    }

    private List<String> places() {
        return world.activePods().stream()
                .map(pod -> pod.field("spec.nodeName"))
                .sorted()
                .toList();
    }

    private String status(String field) {
        return world.at(DAEMON_SET, "log", "status." + field);
    }

    @Test
    void each_node_has_one_pod_that_is_bound_to_it_also_one_that_comes_later() {
        world.create(DAEMON_SET, set(""));
        assertThat(places()).containsExactly("n1", "n2", "n3");
        world.node("n4", "'disk':'ssd'");
        assertThat(places()).containsExactly("n1", "n2", "n3", "n4");
        assertThat(status("desiredNumberScheduled")).isEqualTo("4");
        assertThat(status("currentNumberScheduled")).isEqualTo("4");
        assertThat(status("numberReady")).isEqualTo("0");
        assertThat(status("numberUnavailable")).isEqualTo("4");
        world.runAll();
        assertThat(status("numberAvailable")).isEqualTo("4");
        assertThat(status("updatedNumberScheduled")).isEqualTo("4");
        assertThat(status("numberUnavailable")).isEmpty();
    }

    @Test
    void a_selector_a_taint_or_an_affinity_keeps_it_from_nodes_and_a_cordon_does_not() {
        world.create(
                DAEMON_SET,
                set("").replace("'spec':{'containers'", "'spec':{'nodeSelector':{'disk':'ssd'},'containers'"));
        assertThat(places()).containsExactly("n1", "n2");
        world.change(
                NODE,
                "n2",
                "{'spec':{'unschedulable':true,'taints':[{'key':'node.kubernetes.io/unschedulable','effect':'NoSchedule'}]}}");
        world.delete(POD, world.pods().getFirst().key().name());
        world.endAll();
        assertThat(places()).containsExactly("n1", "n2");
        world.change(NODE, "n2", "{'spec':{'taints':[{'key':'mine','value':'x','effect':'NoExecute'}]}}");
        world.endAll();
        assertThat(places()).containsExactly("n1");
        assertThat(status("desiredNumberScheduled")).isEqualTo("1");
    }

    @Test
    void a_taint_that_schedules_nothing_leaves_the_pod_that_is_there() {
        world.create(DAEMON_SET, set(""));
        world.change(NODE, "n3", "{'spec':{'taints':[{'key':'mine','effect':'NoSchedule'}]}}");
        assertThat(places()).containsExactly("n1", "n2", "n3");
        assertThat(status("numberMisscheduled")).isEqualTo("1");
    }

    @Test
    void another_template_replaces_one_pod_after_another() {
        world.create(DAEMON_SET, set(""));
        world.runAll();
        List<StoredObject> old = world.pods();
        world.change(
                DAEMON_SET, "log", "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'fluent:2'}]}}}}");
        for (int round = 1; round <= 3; round++) {
            assertThat(world.pods().stream().filter(StoredObject::isEnding)).hasSize(1);
            world.endAll();
            assertThat(status("updatedNumberScheduled")).isEqualTo(Integer.toString(round));
            world.runAll();
        }
        assertThat(world.pods()).hasSize(3).doesNotContainAnyElementsOf(old);
        assertThat(status("numberAvailable")).isEqualTo("3");
    }

    @Test
    void the_next_pod_is_replaced_when_the_one_before_has_been_ready_for_long_enough() {
        world.create(DAEMON_SET, set("'minReadySeconds':10,"));
        world.runAll();
        world.pass(10);
        world.change(
                DAEMON_SET, "log", "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'fluent:2'}]}}}}");
        world.endAll();
        world.runAll();
        world.pass(9);
        assertThat(world.pods()).noneMatch(StoredObject::isEnding);
        world.pass(1);
        assertThat(world.pods().stream().filter(StoredObject::isEnding)).hasSize(1);
    }

    @Test
    void a_pod_that_failed_is_made_anew_after_a_while() {
        world.create(DAEMON_SET, set(""));
        StoredObject pod = world.pods().getFirst();
        world.fail(pod, "Failed");
        world.settle();
        assertThat(world.has(POD, pod.key().name())).isTrue();
        world.pass(10);
        assertThat(world.has(POD, pod.key().name())).isFalse();
        assertThat(places()).containsExactly("n1", "n2", "n3");
        assertThat(world.events("log"))
                .anyMatch(told -> told.startsWith("FailedDaemonPod: Found failed daemon pod default/log-"));
    }
}
