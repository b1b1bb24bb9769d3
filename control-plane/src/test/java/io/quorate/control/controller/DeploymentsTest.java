package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.DEPLOYMENT;
import static io.quorate.control.resource.ResourceTypes.REPLICA_SET;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DeploymentsTest {
    private final World world = new World(new Deployments(), new ReplicaSets());

    private static String deployment(int replicas, String more) {
        return World.workload("Deployment", "web", "nginx:1", "'replicas':" + replicas + "," + more);
    }

    private List<StoredObject> sets() {
        return world.all(REPLICA_SET).stream()
                .sorted(Comparator.comparing(set -> revision(set)))
                .toList();
    }

    private static String revision(StoredObject set) {
        return set.tree()
                .at("/metadata/annotations/deployment.kubernetes.io~1revision")
                .asText();
    }

    private String status(String field) {
        return world.at(DEPLOYMENT, "web", "status." + field);
    }

    private void image(String image) {
        world.change(
                DEPLOYMENT,
                "web",
                "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'" + image + "'}]}}}}");
    }

    private long wanted(StoredObject set) {
        return Json.at(set.tree(), "spec.replicas").asLong();
    }

    private long ready() {
        return world.activePods().stream().filter(StoredObject::isReady).count();
    }

    /** As {@code kubectl rollout status} judges. */
    private boolean isRolledOut() {
        JsonNode tree = world.get(DEPLOYMENT, "web");
        JsonNode status = tree.path("status");
        int replicas = Json.at(tree, "spec.replicas").asInt();
        return status.path("observedGeneration").asLong()
                        >= Json.at(tree, "metadata.generation").asLong()
                && status.path("updatedReplicas").asInt() == replicas
                && status.path("replicas").asInt() == replicas
                && status.path("availableReplicas").asInt() == replicas;
    }

    /** Pods run one by one, until nothing waits. */
    private void rollOut() {
        for (int i = 0; i < 100 && !isRolledOut(); i++) {
            world.sleep(1);
            world.activePods().stream()
                    .filter(pod -> !pod.isReady())
                    .findFirst()
                    .ifPresent(world::run);
            world.settle();
        }
        assertThat(isRolledOut()).isTrue();
    }

    @Test
    void a_new_deployment_gets_a_replica_set_of_its_template_and_is_available_when_its_pods_are() {
        world.create(DEPLOYMENT, deployment(3, ""));
        StoredObject set = sets().getFirst();
        String hash = set.labels().get("pod-template-hash");
        assertThat(set.key().name()).isEqualTo("web-" + hash);
        assertThat(Json.at(set.tree(), "spec.selector.matchLabels.pod-template-hash")
                        .asText())
                .isEqualTo(hash);
        assertThat(world.pods())
                .hasSize(3)
                .allMatch(pod -> hash.equals(pod.labels().get("pod-template-hash")));
        assertThat(world.get(DEPLOYMENT, "web")
                        .at("/metadata/annotations/deployment.kubernetes.io~1revision")
                        .asText())
                .isEqualTo("1");
        assertThat(set.tree()
                        .at("/metadata/annotations/deployment.kubernetes.io~1desired-replicas")
                        .asText())
                .isEqualTo("3");
        assertThat(set.tree()
                        .at("/metadata/annotations/deployment.kubernetes.io~1max-replicas")
                        .asText())
                .isEqualTo("4");
        assertThat(world.events("web"))
                .containsExactly(
                        "ScalingReplicaSet: Scaled up replica set " + set.key().name() + " from 0 to 3");
        assertThat(status("unavailableReplicas")).isEqualTo("3");
        assertThat(world.condition(DEPLOYMENT, "web", "Available")).isEqualTo("False MinimumReplicasUnavailable");
        assertThat(world.condition(DEPLOYMENT, "web", "Progressing")).isEqualTo("True ReplicaSetUpdated");
        assertThat(isRolledOut()).isFalse();
        world.runAll();
        assertThat(isRolledOut()).isTrue();
        assertThat(status("unavailableReplicas")).isEmpty();
        assertThat(world.condition(DEPLOYMENT, "web", "Available")).isEqualTo("True MinimumReplicasAvailable");
        assertThat(world.condition(DEPLOYMENT, "web", "Progressing")).isEqualTo("True NewReplicaSetAvailable");
    }

    @ParameterizedTest
    @CsvSource({"4,25%,25%", "10,1,0", "3,0,1", "5,100%,0", "1,25%,25%", "7,0,1%", "2,50%,50%"})
    void a_rollout_keeps_enough_pods_and_not_too_many(int replicas, String surge, String unavailable) {
        world.create(
                DEPLOYMENT,
                deployment(
                        replicas,
                        "'strategy':{'rollingUpdate':{'maxSurge':" + quoted(surge) + ",'maxUnavailable':"
                                + quoted(unavailable) + "}},"));
        world.runAll();
        RolloutBounds bounds = RolloutBounds.of(world.get(DEPLOYMENT, "web").path("spec"));
        world.patch(
                DEPLOYMENT, "web", "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'nginx:2'}]}}}}");
        int rounds = 0;
        do {
            while (world.step()) {
                assertThat(ready()).isGreaterThanOrEqualTo(replicas - bounds.unavailable());
                assertThat(sets().stream().mapToLong(this::wanted).sum())
                        .isLessThanOrEqualTo(replicas + bounds.surge());
            }
            world.activePods().stream()
                    .filter(pod -> !pod.isReady())
                    .findFirst()
                    .ifPresent(world::run);
            assertThat(rounds++).isLessThan(100);
        } while (!isRolledOut());
        world.settle();
        assertThat(sets()).extracting(this::wanted).containsExactly(0L, (long) replicas);
    }

    /** Whichever controller has looked last when the node dies; up to four of the new pods are on it. */
    @ParameterizedTest
    @MethodSource("steps")
    void a_rollout_takes_no_ready_pod_away_where_a_node_has_died_with_its_share(int step) {
        world.create(DEPLOYMENT, deployment(10, ""));
        world.runAll();
        int floor = 10 - 2;
        world.patch(
                DEPLOYMENT, "web", "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'nginx:2'}]}}}}");
        int steps = 0;
        for (int round = 0; round < 100 && !isRolledOut(); round++) {
            Set<String> before = uids();
            while (world.step()) {
                Set<String> after = uids();
                assertThat(after.containsAll(before) || after.size() >= floor)
                        .as(
                                "%d ready pods of %d are left, at least %d have to stay",
                                after.size(), before.size(), floor)
                        .isTrue();
                assertThat(world.activePods()).hasSizeLessThanOrEqualTo(10 + 3);
                if (++steps == step) {
                    String newest = sets().getLast().uid();
                    world.activePods().stream()
                            .filter(pod -> pod.isReady() && pod.controllerUid().equals(newest))
                            .limit(4)
                            .forEach(world::unready);
                }
                before = uids();
            }
            world.activePods().stream()
                    .filter(pod -> !pod.isReady())
                    .findFirst()
                    .ifPresent(world::run);
        }
        assertThat(steps).isGreaterThan(step);
        assertThat(isRolledOut()).isTrue();
    }

    static IntStream steps() {
        return IntStream.iterate(20, each -> each + 2).limit(30);
    }

    /** Of those that are ready, and to stay. */
    private Set<String> uids() {
        return world.activePods().stream()
                .filter(StoredObject::isReady)
                .map(StoredObject::uid)
                .collect(Collectors.toSet());
    }

    private static String quoted(String share) {
        return share.endsWith("%") ? "'" + share + "'" : share;
    }

    @Test
    void another_template_is_the_next_revision_and_the_old_one_stays_to_go_back_to() {
        world.create(DEPLOYMENT, deployment(2, ""));
        world.runAll();
        image("nginx:2");
        rollOut();
        assertThat(sets()).extracting(DeploymentsTest::revision).containsExactly("1", "2");
        String first = sets().getFirst().key().name();
        image("nginx:1"); // as kubectl's undo writes it
        rollOut();
        assertThat(sets()).extracting(DeploymentsTest::revision).containsExactly("2", "3");
        assertThat(sets().getLast().key().name()).isEqualTo(first);
        assertThat(sets().getLast()
                        .tree()
                        .at("/metadata/annotations/deployment.kubernetes.io~1revision-history")
                        .asText())
                .isEqualTo("1");
        assertThat(sets()).extracting(this::wanted).containsExactly(0L, 2L);
    }

    @Test
    void of_old_templates_so_many_stay_as_the_limit_says() {
        world.create(DEPLOYMENT, deployment(1, "'revisionHistoryLimit':2,"));
        world.runAll();
        for (int i = 2; i <= 6; i++) {
            image("nginx:" + i);
            rollOut();
        }
        assertThat(sets()).extracting(DeploymentsTest::revision).containsExactly("4", "5", "6");
    }

    @Test
    void recreate_ends_all_old_pods_before_the_first_new_one() {
        world.create(DEPLOYMENT, deployment(2, "'strategy':{'type':'Recreate'},"));
        world.runAll();
        List<StoredObject> old = world.pods();
        world.patch(
                DEPLOYMENT, "web", "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'nginx:2'}]}}}}");
        while (world.step()) {
            boolean before = world.pods().stream().anyMatch(pod -> uids(old).contains(pod.uid()));
            boolean after = world.pods().stream().anyMatch(pod -> !uids(old).contains(pod.uid()));
            assertThat(before && after).isFalse();
        }
        assertThat(world.activePods()).hasSize(2);
        rollOut();
    }

    private static List<String> uids(List<StoredObject> objects) {
        return objects.stream().map(StoredObject::uid).toList();
    }

    @Test
    void one_that_is_scaled_has_more_pods_of_the_same_template() {
        world.create(DEPLOYMENT, deployment(2, ""));
        world.runAll();
        world.change(DEPLOYMENT, "web", "{'spec':{'replicas':5}}");
        assertThat(world.pods()).hasSize(5);
        assertThat(sets()).hasSize(1);
        world.change(DEPLOYMENT, "web", "{'spec':{'replicas':0}}");
        assertThat(world.activePods()).isEmpty();
        assertThat(isRolledOut()).isTrue();
        assertThat(world.events("web"))
                .contains("ScalingReplicaSet: Scaled down replica set "
                        + sets().getFirst().key().name() + " from 5 to 0");
    }

    @Test
    void one_that_is_scaled_in_the_midst_of_a_rollout_grows_by_shares_and_ends_right() {
        world.create(DEPLOYMENT, deployment(10, ""));
        world.runAll();
        image("nginx:2");
        world.change(DEPLOYMENT, "web", "{'spec':{'replicas':20}}");
        assertThat(sets().stream().mapToLong(this::wanted).sum()).isLessThanOrEqualTo(25);
        rollOut();
        assertThat(sets()).extracting(this::wanted).containsExactly(0L, 20L);
    }

    @Test
    void one_that_is_paused_scales_and_rolls_nothing_out_until_it_is_resumed() {
        world.create(DEPLOYMENT, deployment(2, ""));
        world.runAll();
        world.change(DEPLOYMENT, "web", "{'spec':{'paused':true}}");
        image("nginx:2");
        assertThat(sets()).hasSize(1);
        assertThat(world.condition(DEPLOYMENT, "web", "Progressing")).isEqualTo("Unknown DeploymentPaused");
        world.change(DEPLOYMENT, "web", "{'spec':{'replicas':3}}");
        assertThat(world.pods()).hasSize(3);
        world.change(DEPLOYMENT, "web", "{'spec':{'paused':false}}");
        assertThat(sets()).hasSize(2);
        rollOut();
        assertThat(world.condition(DEPLOYMENT, "web", "Progressing")).isEqualTo("True NewReplicaSetAvailable");
    }

    @Test
    void a_rollout_that_makes_no_progress_within_its_deadline_is_told_and_goes_on_when_it_can() {
        world.create(DEPLOYMENT, deployment(1, "'progressDeadlineSeconds':60,"));
        world.pass(59);
        assertThat(world.condition(DEPLOYMENT, "web", "Progressing")).isEqualTo("True ReplicaSetUpdated");
        world.pass(10);
        assertThat(world.condition(DEPLOYMENT, "web", "Progressing")).isEqualTo("False ProgressDeadlineExceeded");
        rollOut();
        assertThat(world.condition(DEPLOYMENT, "web", "Progressing")).isEqualTo("True NewReplicaSetAvailable");
    }

    @Test
    void a_new_pod_that_is_ready_for_too_short_a_time_takes_no_old_ones_place() {
        world.create(
                DEPLOYMENT,
                deployment(1, "'minReadySeconds':60,'strategy':{'rollingUpdate':{'maxSurge':1,'maxUnavailable':0}},"));
        world.runAll();
        world.pass(60);
        image("nginx:2");
        world.runAll();
        assertThat(sets()).extracting(this::wanted).containsExactly(1L, 1L);
        world.pass(60);
        assertThat(sets()).extracting(this::wanted).containsExactly(0L, 1L);
    }

    @Test
    void what_is_noted_on_a_deployment_is_noted_on_its_newest_set_and_what_kubectl_applied_is_not() {
        world.create(DEPLOYMENT, deployment(1, ""));
        world.change(
                DEPLOYMENT,
                "web",
                "{'metadata':{'annotations':{'kubernetes.io/change-cause':'why not','kubectl.kubernetes.io/last-applied-configuration':'{}'}}}");
        assertThat(sets().getFirst().tree().at("/metadata/annotations").toString())
                .contains("why not")
                .doesNotContain("last-applied");
    }
}
