package io.quorate.control.schedule;

import static io.quorate.control.schedule.World.key;
import static io.quorate.control.schedule.World.nodeKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.controller.Plan;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of pods whose node is away, drives them away, or is gone. */
class StrandedPodsTest {
    private static final long SECOND = 1000;

    private final World world = new World();
    private final NodeLifecycle lifecycle = new NodeLifecycle();
    private final StrandedPods stranded = new StrandedPods();

    @BeforeEach
    void two_nodes() {
        world.node("k8s-1", "a", "");
        world.node("k8s-2", "a", "");
        world.node("k8s-3", "a", "");
    }

    private void running(String name, String spec) {
        world.pod(name, "'nodeName':'k8s-2'" + (spec.isEmpty() ? "" : "," + spec), "");
        world.patch(
                ResourceTypes.POD,
                name,
                "status",
                "{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}");
    }

    private void lost() {
        world.ready("k8s-2", "Unknown");
        world.look(lifecycle, nodeKey("k8s-2"));
    }

    private boolean isEnding(String pod) {
        return world.get(ResourceTypes.POD, pod).path("metadata").has("deletionTimestamp");
    }

    @Test
    void a_pod_whose_node_is_well_is_let_alone() {
        running("x", "");
        assertThat(world.look(stranded, key("x"))).isEqualTo(Plan.REST);
    }

    @Test
    void a_pod_of_a_node_that_is_not_heard_of_is_not_ready_at_once_and_goes_after_five_minutes() {
        running("x", "");
        long before = world.state().version();
        lost();
        assertThat(world.concernedAfter(before, stranded)).contains(key("x"));
        Plan plan = world.look(stranded, key("x"));
        assertThat(world.condition(ResourceTypes.POD, "x", "Ready")
                        .path("status")
                        .asText())
                .isEqualTo("False");
        assertThat(world.told("x")).containsExactly("NodeNotReady: Node is not ready");
        assertThat(plan.againMillis()).hasValue(world.nowMillis + 300 * SECOND);
        world.nowMillis += 299 * SECOND;
        assertThat(world.look(stranded, key("x")).commands()).isEmpty();
        world.nowMillis += SECOND;
        world.look(stranded, key("x"));
        assertThat(isEnding("x")).isTrue();
        assertThat(Json.at(world.get(ResourceTypes.POD, "x"), "status.reason").asText())
                .isEqualTo("NodeLost");
        assertThat(Json.at(world.get(ResourceTypes.POD, "x"), "status.message").asText())
                .isEqualTo("Node k8s-2 which was running pod x is unresponsive");
        assertThat(world.told("x")).contains("TaintManagerEviction: Marking for deletion Pod default/x");
        assertThat(world.look(stranded, key("x"))).isEqualTo(Plan.of(java.util.List.of()));
    }

    @Test
    void where_most_nodes_are_not_heard_of_their_pods_stay_ready_until_it_is_known_better() {
        running("x", "");
        world.ready("k8s-3", "Unknown");
        world.ready("k8s-2", "Unknown");
        assertThat(world.look(stranded, key("x")).commands()).isEmpty();
        long before = world.state().version();
        world.ready("k8s-3", "True");
        assertThat(world.concernedAfter(before, stranded)).containsExactly(key("x"));
        world.look(stranded, key("x"));
        assertThat(world.condition(ResourceTypes.POD, "x", "Ready")
                        .path("status")
                        .asText())
                .isEqualTo("False");
    }

    @Test
    void one_whose_node_is_back_in_time_stays() {
        running("x", "");
        lost();
        world.look(stranded, key("x"));
        world.ready("k8s-2", "True");
        world.look(lifecycle, nodeKey("k8s-2"));
        world.nowMillis += 400 * SECOND;
        assertThat(world.look(stranded, key("x"))).isEqualTo(Plan.REST);
    }

    @Test
    void how_long_a_pod_bears_it_is_its_own_choice() {
        running(
                "x",
                "'tolerations':[{'key':'node.kubernetes.io/unreachable','operator':'Exists','effect':'NoExecute','tolerationSeconds':5}]");
        running(
                "daemon",
                "'tolerations':[{'key':'node.kubernetes.io/unreachable','operator':'Exists','effect':'NoExecute'}]");
        lost();
        assertThat(world.look(stranded, key("x")).againMillis()).hasValue(world.nowMillis + 5 * SECOND);
        assertThat(world.look(stranded, key("daemon")).againMillis()).isEmpty();
        world.nowMillis += 6 * SECOND;
        world.look(stranded, key("x"));
        world.look(stranded, key("daemon"));
        assertThat(isEnding("x")).isTrue();
        assertThat(isEnding("daemon")).isFalse();
    }

    @Test
    void a_taint_that_is_not_tolerated_drives_pods_away_at_once() {
        running("x", "");
        world.patch(ResourceTypes.NODE, "k8s-2", "", "{'spec':{'taints':[{'key':'out','effect':'NoExecute'}]}}");
        assertThat(world.concerned(stranded)).containsExactly(key("x"));
        world.look(stranded, key("x"));
        assertThat(isEnding("x")).isTrue();
        assertThat(Json.at(world.get(ResourceTypes.POD, "x"), "status.reason").asText())
                .isEmpty();
    }

    @Test
    void pods_of_a_node_that_is_gone_for_good_are_gone_after_a_moment_that_it_has_to_come_back() {
        running("x", "");
        world.delete(ResourceTypes.NODE, "k8s-2");
        assertThat(world.concerned(stranded)).containsExactly(key("x"));
        assertThat(world.look(stranded, key("x")).againMillis()).hasValue(world.nowMillis + StrandedPods.GONE_MILLIS);
        assertThat(world.has("x")).isTrue();
        world.nowMillis += StrandedPods.GONE_MILLIS;
        world.look(stranded, key("x"));
        assertThat(world.has("x")).isFalse();
    }

    @Test
    void a_node_object_that_somebody_deleted_by_mistake_and_that_is_back_costs_no_pod() {
        running("x", "");
        world.delete(ResourceTypes.NODE, "k8s-2");
        world.look(stranded, key("x"));
        world.node("k8s-2", "a", "");
        world.nowMillis += StrandedPods.GONE_MILLIS * 2;
        assertThat(world.look(stranded, key("x"))).isEqualTo(Plan.REST);
        world.delete(ResourceTypes.NODE, "k8s-2");
        assertThat(world.look(stranded, key("x")).commands()).isEmpty();
    }
}
