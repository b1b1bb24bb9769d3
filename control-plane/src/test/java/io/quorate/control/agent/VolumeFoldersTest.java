package io.quorate.control.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.objects.ObjectKey;
import io.quorate.control.objects.StoredObject;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import io.quorate.node.workload.StartRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeFoldersTest {
    @TempDir
    Path data;

    private final ObjectBook book = ObjectBook.founded();
    private VolumeFolders folders;

    @BeforeEach
    void node() {
        folders = new VolumeFolders("n1", data.resolve("volumes"));
        create("nodes", "", "{'metadata':{'name':'n1','labels':{'kubernetes.io/hostname':'n1'}}}");
        create(
                "persistentvolumeclaims",
                "default",
                "{'metadata':{'name':'data'},'spec':{'volumeName':'v','accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}");
    }

    private static ObjectNode json(String text) {
        return Json.readObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private void create(String type, String namespace, String object) {
        assertThat(book.ask(new ObjectCommand.Create(type, namespace, Json.bytes(json(object)), book.request()))
                        .code())
                .isEqualTo(201);
    }

    private void volume(String handle, String node, String policy) {
        create(
                "persistentvolumes",
                "",
                "{'metadata':{'name':'v'},'spec':{'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'},'persistentVolumeReclaimPolicy':'"
                        + policy
                        + "','claimRef':{'namespace':'default','name':'data'},'csi':{'driver':'quorate.io/hostpath','volumeHandle':'"
                        + handle
                        + "'},'nodeAffinity':{'required':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'kubernetes.io/hostname','operator':'In','values':['"
                        + node + "']}]}]}}}}");
    }

    private ObjectNode stored() {
        return book.state()
                .get(ObjectKey.of(ResourceTypes.PERSISTENT_VOLUME, "", "v"))
                .map(StoredObject::tree)
                .orElseThrow();
    }

    @Test
    void a_pod_waits_for_its_volume_and_finds_a_folder_of_its_owner_only() throws Exception {
        ObjectNode pod = json(
                "{'metadata':{'namespace':'default'},'spec':{'volumes':[{'name':'x','persistentVolumeClaim':{'claimName':'data'}}]}}");
        assertThat(VolumeFolders.areBound(pod, book.state())).isFalse();
        volume("pvc-1", "n1", "Delete");
        assertThat(VolumeFolders.areBound(pod, book.state())).isTrue();
        Path folder = folders.folder("default", "data", book.state());
        assertThat(folder).isEqualTo(data.resolve("volumes/pvc-1"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        Files.writeString(folder.resolve("file"), "x");
        assertThat(folders.folder("default", "data", book.state()).resolve("file"))
                .exists();
        folders.delete(stored());
        assertThat(folder).doesNotExist();
    }

    @Test
    void what_is_to_be_retained_is_left() throws Exception {
        volume("pvc-1", "n1", "Retain");
        Path folder = folders.folder("default", "data", book.state());
        folders.delete(stored());
        assertThat(folder).exists();
    }

    @Test
    void a_volume_goes_with_the_folders_that_its_pod_has_closed() throws Exception {
        assumeFalse("root".equals(System.getProperty("user.name")), "no folder is closed to root");
        volume("pvc-1", "n1", "Delete");
        Path folder = folders.folder("default", "data", book.state());
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.writeString(closed.resolve("file"), "x");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        folders.delete(stored());
        assertThat(folder).doesNotExist();
    }

    @Test
    void a_volume_of_another_node_is_refused() {
        volume("pvc-1", "n2", "Delete");
        assertThatThrownBy(() -> folders.folder("default", "data", book.state()))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("is on another node");
    }

    @Test
    void a_handle_that_leads_elsewhere_is_refused() {
        volume("../tls", "n1", "Delete");
        assertThatThrownBy(() -> folders.folder("default", "data", book.state()))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("its handle is no name of a folder");
        assertThatThrownBy(() -> folders.delete(stored())).isInstanceOf(IOException.class);
    }
}
