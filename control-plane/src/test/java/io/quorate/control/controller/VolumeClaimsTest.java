package io.quorate.control.controller;

import static io.quorate.control.resource.ResourceTypes.PERSISTENT_VOLUME;
import static io.quorate.control.resource.ResourceTypes.PERSISTENT_VOLUME_CLAIM;
import static io.quorate.control.resource.ResourceTypes.POD;
import static io.quorate.control.resource.ResourceTypes.STORAGE_CLASS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Volumes;
import java.util.List;
import org.junit.jupiter.api.Test;

class VolumeClaimsTest {
    private final World world = new World(
            new VolumeClaims(),
            new VolumePhases(),
            new GarbageCollector(PERSISTENT_VOLUME),
            new GarbageCollector(PERSISTENT_VOLUME_CLAIM));

    private void storage(String policy) {
        world.node("n1", "'kubernetes.io/hostname':'n1'");
        world.create(
                STORAGE_CLASS,
                "{'metadata':{'name':'hostpath','annotations':{'storageclass.kubernetes.io/is-default-class':'true'}},"
                        + "'provisioner':'quorate.io/hostpath','reclaimPolicy':'" + policy
                        + "','volumeBindingMode':'WaitForFirstConsumer'}");
    }

    private void claim(String name, String more) {
        world.create(
                PERSISTENT_VOLUME_CLAIM,
                "{'metadata':{'name':'" + name + "'},'spec':{" + more
                        + "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}");
    }

    private void pod(String name, String claim, String node) {
        world.create(
                POD,
                "{'metadata':{'name':'" + name + "'},'spec':{" + (node.isEmpty() ? "" : "'nodeName':'" + node + "',")
                        + "'containers':[{'name':'c','image':'i'}],'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'"
                        + claim + "'}}]}}");
    }

    private String phase(String claim) {
        return world.at(PERSISTENT_VOLUME_CLAIM, claim, "status.phase");
    }

    private List<String> volumes() {
        return world.all(PERSISTENT_VOLUME).stream()
                .map(each -> Json.at(each.tree(), "status.phase").asText())
                .toList();
    }

    /** As its node does when the folder is gone. */
    private void emptied() {
        for (StoredObject each : world.all(PERSISTENT_VOLUME)) {
            if (each.isEnding()) {
                ObjectNode volume = each.tree();
                Volumes.release(volume, Volumes.FOLDER);
                world.ask(new ObjectCommand.Update(each.key(), "", Json.bytes(volume), world.request()));
            }
        }
        world.settle();
    }

    @Test
    void a_claim_gets_a_folder_of_the_node_where_its_first_pod_is() {
        storage("Delete");
        claim("data", "");
        assertThat(world.at(PERSISTENT_VOLUME_CLAIM, "data", "spec.storageClassName"))
                .isEqualTo("hostpath");
        assertThat(phase("data")).isEqualTo("Pending");
        assertThat(world.events("data"))
                .containsExactly("WaitForFirstConsumer: waiting for first consumer to be created before binding");
        pod("web", "data", "");
        assertThat(volumes()).isEmpty();
        world.ask(new ObjectCommand.Bind(
                World.key(POD, "web"), world.stored(POD, "web").uid(), "n1", world.request()));
        world.settle();
        assertThat(phase("data")).isEqualTo("Bound");
        ObjectNode volume = world.all(PERSISTENT_VOLUME).getFirst().tree();
        assertThat(Json.at(volume, "status.phase").asText()).isEqualTo("Bound");
        assertThat(Json.at(volume, "spec.csi.driver").asText()).isEqualTo("quorate.io/hostpath");
        assertThat(volume.at("/spec/nodeAffinity/required/nodeSelectorTerms/0/matchExpressions/0/values/0")
                        .asText())
                .isEqualTo("n1");
        assertThat(world.at(PERSISTENT_VOLUME_CLAIM, "data", "status.capacity.storage"))
                .isEqualTo("1Gi");
        assertThat(world.events("data")).last().asString().startsWith("ProvisioningSucceeded");
    }

    @Test
    void it_stays_while_a_pod_uses_it_and_its_folder_goes_with_it() {
        storage("Delete");
        claim("data", "");
        pod("web", "data", "n1");
        world.delete(PERSISTENT_VOLUME_CLAIM, "data");
        assertThat(world.stored(PERSISTENT_VOLUME_CLAIM, "data").isEnding()).isTrue();
        assertThat(volumes()).containsExactly("Bound");
        world.delete(POD, "web");
        world.endAll();
        assertThat(world.has(PERSISTENT_VOLUME_CLAIM, "data")).isFalse();
        assertThat(world.all(PERSISTENT_VOLUME)).hasSize(1).allMatch(StoredObject::isEnding);
        emptied();
        assertThat(volumes()).isEmpty();
    }

    @Test
    void a_pod_that_is_on_no_node_does_not_keep_it() {
        storage("Delete");
        claim("data", "");
        pod("web", "data", "n1");
        pod("next", "data", "");
        world.delete(PERSISTENT_VOLUME_CLAIM, "data");
        world.delete(POD, "web");
        world.endAll();
        assertThat(world.has(PERSISTENT_VOLUME_CLAIM, "data")).isFalse();
    }

    @Test
    void what_is_to_be_retained_is_and_whoever_deletes_the_volume_decides() {
        storage("Retain");
        claim("data", "");
        pod("web", "data", "n1");
        world.delete(POD, "web");
        world.endAll();
        world.delete(PERSISTENT_VOLUME_CLAIM, "data");
        assertThat(volumes()).containsExactly("Released");
    }

    @Test
    void the_volume_of_a_node_that_is_gone_for_good_goes_without_it() {
        storage("Delete");
        claim("data", "");
        pod("web", "data", "n1");
        world.delete(POD, "web");
        world.endAll();
        world.delete(PERSISTENT_VOLUME_CLAIM, "data");
        assertThat(world.all(PERSISTENT_VOLUME)).hasSize(1);
        world.delete(ResourceTypes.NODE, "n1");
        assertThat(volumes()).isEmpty();
    }

    @Test
    void a_volume_that_somebody_made_is_taken_the_smallest_that_is_large_enough() {
        for (String size : List.of("500Mi", "5Gi", "2Gi")) {
            world.create(
                    PERSISTENT_VOLUME,
                    "{'metadata':{'name':'v" + size.toLowerCase(java.util.Locale.ROOT)
                            + "'},'spec':{'accessModes':['ReadWriteOnce','ReadOnlyMany'],'capacity':{'storage':'" + size
                            + "'},'hostPath':{'path':'/srv/" + size + "'}}}");
        }
        assertThat(volumes()).containsOnly("Available");
        claim("data", "'storageClassName':'',");
        assertThat(world.at(PERSISTENT_VOLUME_CLAIM, "data", "spec.volumeName")).isEqualTo("v2gi");
        assertThat(phase("data")).isEqualTo("Bound");
        claim("more", "'storageClassName':'','volumeName':'v5gi',");
        assertThat(phase("more")).isEqualTo("Bound");
        claim("third", "'storageClassName':'',");
        assertThat(phase("third")).isEqualTo("Pending");
        world.delete(PERSISTENT_VOLUME_CLAIM, "data");
        assertThat(world.at(PERSISTENT_VOLUME, "v2gi", "status.phase")).isEqualTo("Released");
    }

    @Test
    void a_class_that_is_not_there_is_told() {
        claim("data", "'storageClassName':'fast',");
        assertThat(world.events("data"))
                .containsExactly("ProvisioningFailed: storageclass.storage.k8s.io \"fast\" not found");
        assertThat(phase("data")).isEqualTo("Pending");
    }

    @Test
    void a_claim_whose_volume_is_gone_is_lost() {
        storage("Delete");
        claim("data", "'volumeName':'none',");
        assertThat(phase("data")).isEqualTo("Lost");
        assertThat(world.events("data"))
                .containsExactly("ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    }
}
