package io.quorate.control.addon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.addon.EnabledAddon.Progress;
import io.quorate.control.resource.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddonsTest {
    @TempDir
    Path folder;

    private static ObjectNode json(String text) {
        return Json.readObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void those_of_this_release_are_complete() {
        AddonRepository core = AddonRepository.builtIn();
        assertThat(core.name()).isEqualTo("core");
        assertThat(core.addons())
                .extracting(Addon::name)
                .containsExactly("dashboard", "demo", "hostpath-storage", "metrics");
        Addon demo = core.addons().get(1);
        assertThat(demo.objects())
                .extracting(AddonObject::words)
                .containsExactly("namespace/demo", "deployment.apps/microbot", "service/microbot");
        AddonObject deployment = demo.objects().get(1);
        assertThat(deployment.path()).isEqualTo("/apis/apps/v1/namespaces/demo/deployments/microbot");
        assertThat(deployment.place()).isEqualTo(1);
        assertThat(Json.at(deployment.tree(), "metadata.labels")
                        .path(Addon.LABEL)
                        .asText())
                .isEqualTo("demo");
        assertThat(demo.objects().getFirst().path()).isEqualTo("/api/v1/namespaces/demo");
    }

    @Test
    void a_folder_is_a_repository_and_its_objects_come_in_the_order_of_the_manifests() throws IOException {
        Files.writeString(
                folder.resolve("addons.yaml"),
                "name: shop\naddons:\n- {name: till, version: 1.2, description: Takes money, manifests: [b.yaml, a.yaml]}\n");
        Files.writeString(
                folder.resolve("a.yaml"), "kind: ConfigMap\napiVersion: v1\nmetadata: {name: last, namespace: x}\n");
        Files.writeString(
                folder.resolve("b.yaml"),
                "# first\n---\nkind: Secret\napiVersion: v1\nmetadata: {name: one}\n---\n---\nkind: Secret\napiVersion: v1\nmetadata: {name: two}\n");
        AddonRepository shop = AddonRepository.ofFolder(folder);
        assertThat(shop.name()).isEqualTo("shop");
        assertThat(shop.addons().getFirst().version()).isEqualTo("1.2");
        assertThat(shop.addons().getFirst().objects())
                .extracting(AddonObject::path)
                .containsExactly(
                        "/api/v1/namespaces/default/secrets/one",
                        "/api/v1/namespaces/default/secrets/two",
                        "/api/v1/namespaces/x/configmaps/last");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    [{name: Till, version: 1, description: x}]                        | the name of an add-on is 'Till'
                    [{name: till, description: x}]                                    | has no version in addons.yaml
                    [{name: till, version: 1, description: x, manifests: [no.yaml]}]  | names the manifest no.yaml, which is not there
                    [{name: till, version: 1, description: x, manifests: [../x]}]     | leads out of the folder
                    [{name: till, version: 1, description: x, manifests: [bad.yaml]}] | there is no kind "Fancy" in version "v9"
                    [{name: a, version: 1, description: x},{name: a, version: 1, description: x}] | stands twice
                    """)
    void what_is_wrong_with_a_repository_is_told(String addons, String words) throws IOException {
        Files.writeString(folder.resolve("addons.yaml"), "name: shop\naddons: " + addons + "\n");
        Files.writeString(folder.resolve("bad.yaml"), "kind: Fancy\napiVersion: v9\nmetadata: {name: x}\n");
        assertThatThrownBy(() -> AddonRepository.ofFolder(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    @Test
    void a_folder_without_an_index_is_none() {
        assertThatThrownBy(() -> AddonRepository.ofFolder(folder)).hasMessageContaining("it has no addons.yaml");
    }

    @Test
    void what_the_cluster_remembers_is_read_as_it_was_written_and_what_others_wrote_does_no_harm() {
        EnabledAddon metrics =
                EnabledAddon.of(AddonRepository.builtIn().addons().getLast(), Progress.ENABLING);
        ObjectNode object = Json.object();
        object.putObject("data").put("metrics", metrics.entry()).put("broken", "}");
        List<EnabledAddon> all = EnabledAddon.all(object);
        assertThat(all.getLast()).isEqualTo(metrics);
        assertThat(all.getFirst()).isEqualTo(new EnabledAddon("broken", "", "", "", Progress.ENABLED));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {'kind':'Deployment','metadata':{'generation':2},'spec':{'replicas':3},'status':{'observedGeneration':1,'replicas':3,'updatedReplicas':3,'availableReplicas':3}} | 3 of 3 ready
                    {'kind':'Deployment','metadata':{'generation':1},'spec':{'replicas':3},'status':{'observedGeneration':1,'replicas':3,'updatedReplicas':3,'availableReplicas':1}} | 1 of 3 ready
                    {'kind':'Deployment','metadata':{'generation':1},'spec':{'replicas':3},'status':{'observedGeneration':1,'replicas':3,'updatedReplicas':3,'availableReplicas':3}} | ''
                    {'kind':'DaemonSet','metadata':{'generation':1},'status':{'observedGeneration':1,'desiredNumberScheduled':2,'updatedNumberScheduled':2,'numberAvailable':2}}     | ''
                    {'kind':'StatefulSet','metadata':{'generation':1},'spec':{'replicas':2},'status':{'observedGeneration':1,'readyReplicas':1,'updatedReplicas':2}}                | 1 of 2 ready
                    {'kind':'Job','status':{}}                                                                                                                                     | it runs
                    {'kind':'Job','status':{'conditions':[{'type':'Complete','status':'True'}]}}                                                                                   | ''
                    {'kind':'ConfigMap'}                                                                                                                                           | ''
                    """)
    void a_workload_is_ready_when_all_of_its_newest_is(String object, String lacks) {
        assertThat(Readiness.lacks(json(object.replace("''", "'"))).orElse("")).isEqualTo(lacks);
    }
}
