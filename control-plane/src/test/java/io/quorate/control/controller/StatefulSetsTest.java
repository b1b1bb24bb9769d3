package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.CONTROLLER_REVISION;
import static io.quorate.control.resource.ResourceTypes.PERSISTENT_VOLUME_CLAIM;
import static io.quorate.control.resource.ResourceTypes.POD;
import static io.quorate.control.resource.ResourceTypes.STATEFUL_SET;
import static io.quorate.control.resource.ResourceTypes.STORAGE_CLASS;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.DeleteOptions;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatefulSetsTest {
    private final World world = new World(new StatefulSets());

    private void set(String more) {
        world.create(STATEFUL_SET, World.workload("StatefulSet", "db", "pg:1", "'serviceName':'db'," + more));
    }

    private List<String> names() {
        return world.activePods().stream().map(pod -> pod.key().name()).toList();
    }

    private String status(String field) {
        return world.at(STATEFUL_SET, "db", "status." + field);
    }

    @Test
    void pods_have_numbers_and_each_waits_for_those_before_it() {
        set("'replicas':3,");
        assertThat(names()).containsExactly("db-0");
        StoredObject first = world.stored(POD, "db-0");
        assertThat(first.labels()).containsEntry("statefulset.kubernetes.io/pod-name", "db-0");
        assertThat(Json.at(first.tree(), "spec.hostname").asText()).isEqualTo("db-0");
        assertThat(Json.at(first.tree(), "spec.subdomain").asText()).isEqualTo("db");
        world.runAll();
        assertThat(names()).containsExactly("db-0", "db-1");
        world.runAll();
        world.runAll();
        assertThat(names()).containsExactly("db-0", "db-1", "db-2");
        assertThat(status("readyReplicas")).isEqualTo("3");
        assertThat(status("currentRevision")).isEqualTo(status("updateRevision"));
        assertThat(world.events("db"))
                .first()
                .isEqualTo("SuccessfulCreate: create Pod db-0 in StatefulSet db successful");
    }

    @Test
    void in_parallel_nobody_waits() {
        set("'replicas':3,'podManagementPolicy':'Parallel',");
        assertThat(names()).containsExactly("db-0", "db-1", "db-2");
    }

    @Test
    void a_pod_that_goes_comes_back_under_its_number_and_fewer_are_taken_from_the_end() {
        set("'replicas':3,'podManagementPolicy':'Parallel',");
        world.runAll();
        world.delete(POD, "db-1");
        assertThat(names()).containsExactly("db-0", "db-1", "db-2");
        world.runAll();
        world.change(STATEFUL_SET, "db", "{'spec':{'replicas':1}}");
        assertThat(names()).containsExactly("db-0");
    }

    @Test
    void another_template_comes_from_the_last_to_the_first_one_by_one_down_to_the_partition() {
        set("'replicas':3,'podManagementPolicy':'Parallel','updateStrategy':{'rollingUpdate':{'partition':1}},");
        world.runAll();
        world.change(STATEFUL_SET, "db", template("pg:2"));
        assertThat(images()).containsExactly("pg:1", "pg:1", "pg:2");
        world.runAll();
        assertThat(images()).containsExactly("pg:1", "pg:2", "pg:2");
        world.runAll();
        assertThat(images()).containsExactly("pg:1", "pg:2", "pg:2");
        assertThat(status("currentRevision")).isNotEqualTo(status("updateRevision"));
        world.delete(POD, "db-0");
        world.delete(POD, "db-1");
        assertThat(images())
                .as("a pod that is made anew is of its side of the partition")
                .containsExactly("pg:1", "pg:2", "pg:2");
        assertThat(world.stored(POD, "db-0").labels())
                .containsEntry("controller-revision-hash", status("currentRevision"));
        world.runAll();
        world.change(STATEFUL_SET, "db", "{'spec':{'updateStrategy':{'rollingUpdate':{'partition':0}}}}");
        world.runAll();
        assertThat(images()).containsExactly("pg:2", "pg:2", "pg:2");
        assertThat(status("currentRevision")).isEqualTo(status("updateRevision"));
    }

    @Test
    void in_parallel_a_pod_of_a_broken_template_is_replaced_by_the_next_template_without_ever_having_served() {
        set("'replicas':3,'podManagementPolicy':'Parallel',");
        world.runAll();
        world.change(STATEFUL_SET, "db", template("broken"));
        assertThat(images()).containsExactly("pg:1", "pg:1", "broken");
        world.change(STATEFUL_SET, "db", template("pg:2"));
        assertThat(images()).as("one after another").containsExactly("pg:1", "pg:1", "pg:2");
        world.runAll();
        world.runAll();
        world.runAll();
        assertThat(images()).containsExactly("pg:2", "pg:2", "pg:2");
    }

    @Test
    void the_next_pod_is_replaced_when_the_one_before_has_been_ready_for_long_enough() {
        set("'replicas':2,'minReadySeconds':10,");
        world.runAll();
        assertThat(names()).as("neither made before").containsExactly("db-0");
        world.pass(10);
        world.runAll();
        world.pass(10);
        world.change(STATEFUL_SET, "db", template("pg:2"));
        world.runAll();
        world.pass(9);
        assertThat(images()).containsExactly("pg:1", "pg:2");
        world.pass(1);
        assertThat(images()).containsExactly("pg:2", "pg:2");
    }

    private static String template(String image) {
        return "{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'" + image + "'}]}}}}";
    }

    private List<String> images() {
        return world.activePods().stream()
                .map(pod -> pod.tree().at("/spec/containers/0/image").asText())
                .toList();
    }

    @Test
    void claims_are_those_of_a_number_and_stay_when_its_pod_goes() {
        set("'replicas':2,'podManagementPolicy':'Parallel','volumeClaimTemplates':[{'metadata':{'name':'data'},"
                + "'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}],");
        assertThat(world.all(PERSISTENT_VOLUME_CLAIM))
                .extracting(each -> each.key().name())
                .containsExactly("data-db-0", "data-db-1");
        assertThat(world.stored(PERSISTENT_VOLUME_CLAIM, "data-db-0").labels()).containsEntry("app", "db");
        assertThat(world.get(POD, "db-1")
                        .at("/spec/volumes/0/persistentVolumeClaim/claimName")
                        .asText())
                .isEqualTo("data-db-1");
        world.runAll();
        world.change(STATEFUL_SET, "db", "{'spec':{'replicas':1}}");
        world.delete(POD, "db-0");
        assertThat(names()).containsExactly("db-0");
        assertThat(world.all(PERSISTENT_VOLUME_CLAIM)).hasSize(2);
    }

    private static final String CLAIMS =
            "'volumeClaimTemplates':[{'metadata':{'name':'data'},'spec':{'storageClassName':'hostpath',"
                    + "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}],";

    /** A set of one whose claims are bound by the controller that does so; its pod waits for a node. */
    private World withVolumes() {
        World volumes = new World(new StatefulSets(), new VolumeClaims());
        volumes.node("n1", "'kubernetes.io/hostname':'n1'");
        volumes.create(
                STORAGE_CLASS,
                "{'metadata':{'name':'hostpath'},'provisioner':'quorate.io/hostpath','volumeBindingMode':'WaitForFirstConsumer'}");
        volumes.create(STATEFUL_SET, World.workload("StatefulSet", "db", "pg:1", "'replicas':1," + CLAIMS));
        return volumes;
    }

    private static void bind(World volumes) {
        volumes.ask(new ObjectCommand.Bind(
                World.key(POD, "db-0"), volumes.stored(POD, "db-0").uid(), "n1", volumes.request()));
        volumes.settle();
    }

    @Test
    void a_claim_that_is_deleted_with_its_pod_goes_and_the_next_pod_gets_a_new_one() {
        World volumes = withVolumes();
        bind(volumes);
        StoredObject before = volumes.stored(PERSISTENT_VOLUME_CLAIM, "data-db-0");
        volumes.delete(PERSISTENT_VOLUME_CLAIM, "data-db-0");
        assertThat(volumes.stored(PERSISTENT_VOLUME_CLAIM, "data-db-0").isEnding())
                .as("its pod uses it")
                .isTrue();
        volumes.delete(POD, "db-0");
        volumes.endAll();
        assertThat(volumes.activePods()).extracting(each -> each.key().name()).containsExactly("db-0");
        StoredObject now = volumes.stored(PERSISTENT_VOLUME_CLAIM, "data-db-0");
        assertThat(now.isEnding()).isFalse();
        assertThat(now.uid()).isNotEqualTo(before.uid());
    }

    @Test
    void a_pod_is_not_made_upon_a_claim_that_is_being_deleted() {
        World volumes = withVolumes();
        bind(volumes);
        volumes.delete(PERSISTENT_VOLUME_CLAIM, "data-db-0");
        volumes.ask(new ObjectCommand.Delete(
                World.key(POD, "db-0"), new DeleteOptions(Optional.of(0L), "", ""), volumes.request()));
        Plan plan = new StatefulSets()
                .reconcile(World.key(STATEFUL_SET, "db"), volumes.state(), volumes.now(), volumes::request);
        assertThat(plan.commands()).noneMatch(ObjectCommand.Create.class::isInstance);
        volumes.settle();
        assertThat(volumes.stored(PERSISTENT_VOLUME_CLAIM, "data-db-0").isEnding())
                .isFalse();
        assertThat(volumes.activePods()).hasSize(1);
    }

    @Test
    void a_claim_that_is_gone_while_its_pod_waits_for_a_node_is_made_again() {
        World volumes = withVolumes();
        StoredObject pod = volumes.stored(POD, "db-0");
        StoredObject before = volumes.stored(PERSISTENT_VOLUME_CLAIM, "data-db-0");
        volumes.delete(PERSISTENT_VOLUME_CLAIM, "data-db-0");
        assertThat(volumes.stored(PERSISTENT_VOLUME_CLAIM, "data-db-0").uid()).isNotEqualTo(before.uid());
        assertThat(volumes.stored(POD, "db-0").uid()).isEqualTo(pod.uid());
    }

    @Test
    void each_template_is_a_revision_and_one_that_comes_back_is_the_newest_again() {
        set("'replicas':1,'revisionHistoryLimit':1,");
        world.runAll();
        String first = status("updateRevision");
        assertThat(revisions()).containsExactly("1 " + first);
        image("pg:2");
        assertThat(revisions()).hasSize(2).contains("1 " + first, "2 " + status("updateRevision"));
        image("pg:1");
        assertThat(status("updateRevision")).isEqualTo(first);
        assertThat(revisions()).contains("3 " + first);
        image("pg:4");
        assertThat(revisions()).as("one is kept beside the newest").hasSize(2).contains("3 " + first);
        assertThat(world.get(CONTROLLER_REVISION, first)
                        .at("/data/spec/template/$patch")
                        .asText())
                .isEqualTo("replace");
    }

    @Test
    void the_template_of_those_below_the_partition_is_kept_though_there_is_no_pod_of_it() {
        set("'replicas':1,'revisionHistoryLimit':0,'updateStrategy':{'rollingUpdate':{'partition':1}},");
        world.runAll();
        String first = status("updateRevision");
        world.ask(new ObjectCommand.Delete(
                World.key(POD, "db-0"), new DeleteOptions(Optional.of(0L), "", ""), world.request()));
        world.change(STATEFUL_SET, "db", template("pg:2"));
        assertThat(status("currentRevision")).isEqualTo(first);
        assertThat(revisions()).hasSize(2).contains("1 " + first);
        world.delete(POD, "db-0");
        assertThat(images()).containsExactly("pg:1");
    }

    private void image(String image) {
        world.change(STATEFUL_SET, "db", template(image));
        world.runAll();
        world.runAll();
    }

    private List<String> revisions() {
        return world.all(CONTROLLER_REVISION).stream()
                .map(each ->
                        each.tree().path("revision").asText() + " " + each.key().name())
                .toList();
    }
}
