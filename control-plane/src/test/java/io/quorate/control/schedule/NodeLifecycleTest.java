package io.quorate.control.schedule;

import static io.quorate.control.schedule.World.nodeKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.controller.Plan;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which taints nodes have by what is known of them. */
class NodeLifecycleTest {
    private final World world = new World();
    private final NodeLifecycle lifecycle = new NodeLifecycle();

    @BeforeEach
    void three_nodes() {
        for (String each : new String[] {"k8s-1", "k8s-2", "k8s-3"}) {
            world.node(each, "a", "");
        }
    }

    private void look() {
        for (String each : new String[] {"k8s-1", "k8s-2", "k8s-3"}) {
            world.look(lifecycle, nodeKey(each));
        }
    }

    private List<String> taints(String node) {
        List<String> taints = new ArrayList<>();
        Json.at(world.get(ResourceTypes.NODE, node), "spec.taints")
                .forEach(each -> taints.add(
                        each.path("key").asText() + ":" + each.path("effect").asText()));
        return taints;
    }

    @Test
    void a_node_that_is_well_has_none() {
        assertThat(world.look(lifecycle, nodeKey("k8s-1"))).isEqualTo(Plan.REST);
        assertThat(taints("k8s-1")).isEmpty();
    }

    @Test
    void one_that_is_not_heard_of_keeps_pods_off_and_drives_them_away_until_it_is_back() {
        world.ready("k8s-2", "Unknown");
        assertThat(world.concerned(lifecycle)).contains(nodeKey("k8s-2"));
        look();
        assertThat(taints("k8s-2"))
                .containsExactly(
                        "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute");
        assertThat(Json.at(world.get(ResourceTypes.NODE, "k8s-2"), "spec.taints")
                        .get(1)
                        .path("timeAdded")
                        .asText())
                .isEqualTo("2023-11-14T22:13:20Z");
        assertThat(world.told("k8s-2")).containsExactly("NodeNotReady: Node k8s-2 status is now: NodeNotReady");
        assertThat(world.look(lifecycle, nodeKey("k8s-2"))).isEqualTo(Plan.REST);
        world.ready("k8s-2", "False");
        look();
        assertThat(taints("k8s-2"))
                .containsExactly("node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute");
        world.ready("k8s-2", "True");
        look();
        assertThat(taints("k8s-2")).isEmpty();
    }

    @Test
    void one_that_is_cordoned_has_the_taint_that_says_so_and_those_of_others_stay() {
        world.patch(
                ResourceTypes.NODE,
                "k8s-1",
                "",
                "{'spec':{'unschedulable':true,'taints':[{'key':'gpu','effect':'NoSchedule'}]}}");
        look();
        assertThat(taints("k8s-1")).containsExactly("gpu:NoSchedule", "node.kubernetes.io/unschedulable:NoSchedule");
        world.patch(ResourceTypes.NODE, "k8s-1", "", "{'spec':{'unschedulable':null}}");
        look();
        assertThat(taints("k8s-1")).containsExactly("gpu:NoSchedule");
    }

    @Test
    void where_most_are_not_heard_of_nobody_is_driven_away_and_time_begins_anew_when_they_are_back() {
        world.ready("k8s-2", "Unknown");
        look();
        assertThat(taints("k8s-2")).contains("node.kubernetes.io/unreachable:NoExecute");
        world.ready("k8s-3", "Unknown");
        assertThat(world.concerned(lifecycle)).containsExactly(nodeKey("k8s-1"), nodeKey("k8s-2"), nodeKey("k8s-3"));
        look();
        assertThat(taints("k8s-2")).containsExactly("node.kubernetes.io/unreachable:NoSchedule");
        assertThat(taints("k8s-3")).containsExactly("node.kubernetes.io/unreachable:NoSchedule");
        world.nowMillis += 600_000;
        world.ready("k8s-3", "True");
        look();
        assertThat(Json.at(world.get(ResourceTypes.NODE, "k8s-2"), "spec.taints")
                        .get(1)
                        .path("timeAdded")
                        .asText())
                .isEqualTo("2023-11-14T22:23:20Z");
    }

    @Test
    void a_taint_that_drives_pods_away_has_a_time_from_which_they_may_count() {
        world.patch(ResourceTypes.NODE, "k8s-1", "", "{'spec':{'taints':[{'key':'out','effect':'NoExecute'}]}}");
        look();
        assertThat(Json.at(world.get(ResourceTypes.NODE, "k8s-1"), "spec.taints")
                        .get(0)
                        .path("timeAdded")
                        .asText())
                .isNotEmpty();
    }
}
