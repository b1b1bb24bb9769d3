package io.quorate.control.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.ObjectState;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.control.resource.Volumes;
import io.quorate.node.workload.StartRefused;
import io.quorate.node.workload.oci.RootFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The volumes that claims of this node's pods have: folders below the node's data folder, which are made when the first pod begins, and taken away when
 * their volume goes. Any thread.
 */
final class VolumeFolders {
    private static final String REFUSED = "CreateContainerError";

    private final String node;
    private final Path root;

    /** @param root of the folders; made with the first of them */
    VolumeFolders(String node, Path root) {
        this.node = node;
        this.root = root;
    }

    /** Whether all claims of a pod have their volumes: until then it does not begin. */
    static boolean areBound(JsonNode pod, ObjectState state) {
        String namespace = Json.at(pod, "metadata.namespace").asText();
        return Volumes.claims(pod.path("spec")).stream()
                .allMatch(name -> volume(namespace, name, state).isPresent());
    }

    private static Optional<ObjectNode> volume(String namespace, String claim, ObjectState state) {
        Optional<ObjectNode> tree = state.get(ObjectKey.of(ResourceTypes.PERSISTENT_VOLUME_CLAIM, namespace, claim))
                .map(StoredObject::tree);
        return tree.flatMap(each -> state.get(ObjectKey.of(
                        ResourceTypes.PERSISTENT_VOLUME,
                        "",
                        Json.at(each, "spec.volumeName").asText()))
                .map(StoredObject::tree)
                .filter(found -> Volumes.isOf(found, each)));
    }

    /** Where what a claim claims stands. */
    Path folder(String namespace, String claim, ObjectState state) throws StartRefused {
        ObjectNode volume = volume(namespace, claim, state)
                .orElseThrow(() -> new StartRefused(REFUSED, "persistentvolumeclaim \"" + claim + "\" is not bound"));
        if (!isHere(volume, state)) {
            throw new StartRefused(
                    REFUSED,
                    "the volume of persistentvolumeclaim \"" + claim
                            + "\" is on another node. Next: delete the pod; the"
                            + " scheduler puts the next one where it is");
        }
        JsonNode spec = volume.path("spec");
        for (String kind : List.of("hostPath", "local")) {
            if (spec.has(kind)) {
                return Path.of(spec.path(kind).path("path").asText());
            }
        }
        if (!Volumes.isFolder(volume)) {
            throw new StartRefused(
                    REFUSED,
                    "the volume of persistentvolumeclaim \"" + claim
                            + "\" is of a kind that this runtime has not: it has " + Volumes.PROVISIONER
                            + ", hostPath and local");
        }
        try {
            return Files.createDirectories(
                    own(volume), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException | UncheckedIOException e) {
            throw new StartRefused(
                    REFUSED, "the folder of persistentvolumeclaim \"" + claim + "\" cannot be made: " + e.getMessage());
        }
    }

    private Path own(JsonNode volume) throws IOException {
        Path folder =
                root.resolve(Json.at(volume, "spec.csi.volumeHandle").asText()).normalize();
        if (!root.equals(folder.getParent())) {
            throw new IOException("its handle is no name of a folder");
        }
        return folder;
    }

    private boolean isHere(JsonNode volume, ObjectState state) {
        return state.get(ObjectKey.of(ResourceTypes.NODE, "", node))
                .filter(self -> Volumes.isUsable(volume, self.labels()))
                .isPresent();
    }

    /** Volumes of this node that go as soon as their folders are gone. */
    List<StoredObject> ending(ObjectState state) {
        List<StoredObject> ending = new ArrayList<>();
        for (StoredObject each : state.list(ResourceTypes.PERSISTENT_VOLUME, "", "")) {
            if (each.isEnding() && each.finalizers().contains(Volumes.FOLDER) && isFree(each.tree(), state)) {
                ending.add(each);
            }
        }
        return ending;
    }

    private boolean isFree(ObjectNode volume, ObjectState state) {
        JsonNode reference = Json.at(volume, "spec.claimRef");
        boolean claimed = state.get(ObjectKey.of(
                        ResourceTypes.PERSISTENT_VOLUME_CLAIM,
                        reference.path("namespace").asText(),
                        reference.path("name").asText()))
                .filter(claim -> Volumes.isOf(volume, claim.tree()))
                .isPresent();
        return !claimed && isHere(volume, state);
    }

    /**
     * Deletes the folder of a volume, unless it is to be retained; blocks.
     *
     * @throws IOException where not all of it could be deleted
     */
    void delete(ObjectNode volume) throws IOException {
        Path folder = own(volume);
        boolean deleted =
                Json.at(volume, "spec.persistentVolumeReclaimPolicy").asText().equals("Delete");
        if (deleted) {
            RootFolder.delete(folder);
        }
    }
}
