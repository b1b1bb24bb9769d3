package io.quorate.control.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.quorate.control.RunningNode;
import io.quorate.node.folder.TlsFiles;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fabric8 client for kubernetes, as programs use it. Its watches are web sockets. */
class Fabric8ClientTest {
    private static final long PATIENCE_SECONDS = 60;
    private static final String HOME = "default";

    @TempDir
    static Path root;

    private static RunningNode node;
    private static KubernetesClient client;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n10"), "n10");
        Path tls = root.resolve("n10").resolve("tls");
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://" + node.settings().address() + ":"
                        + node.settings().apiPort())
                .withCaCertFile(tls.resolve("ca.crt").toString())
                .withClientCertFile(tls.resolve(TlsFiles.NODE_CERTIFICATE).toString())
                .withClientKeyFile(tls.resolve(TlsFiles.NODE_KEY).toString())
                .withClientKeyAlgo("EC")
                .withNamespace(HOME)
                .build();
        client = new KubernetesClientBuilder().withConfig(config).build();
    }

    @AfterAll
    static void stop() {
        client.close();
        node.close();
    }

    private static Deployment deployment(String name) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withReplicas(0)
                .withNewSelector()
                .addToMatchLabels("app", name)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("c")
                .withImage("busybox:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    private static ConfigMap map(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("of", "fabric8")
                .endMetadata()
                .addToData("key", value)
                .build();
    }

    @Test
    void an_object_is_created_read_listed_edited_replaced_and_deleted() {
        var maps = client.configMaps();
        assertThat(maps.resource(map("life", "1")).create().getMetadata().getUid())
                .isNotEmpty();
        assertThat(maps.withName("life").get().getData()).containsEntry("key", "1");
        assertThat(maps.withLabel("of", "fabric8").list().getItems())
                .extracting(each -> each.getMetadata().getName())
                .contains("life");
        ConfigMap edited = maps.withName("life")
                .edit(each -> new ConfigMapBuilder(each).addToData("key", "2").build());
        assertThat(edited.getData()).containsEntry("key", "2");
        edited.getData().put("key", "3");
        assertThat(maps.resource(edited).update().getData()).containsEntry("key", "3");
        assertThatThrownBy(() -> maps.resource(edited).update())
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        refused -> assertThat(refused.getCode()).isEqualTo(409));
        assertThat(maps.withName("life").delete())
                .extracting(StatusDetails::getName)
                .containsExactly("life");
        assertThat(maps.withName("life").get()).isNull();
    }

    @Test
    void a_deployment_is_patched_in_every_way_and_scaled() {
        assertThat(client.supports(Deployment.class)).isTrue();
        var web = client.apps().deployments().resource(deployment("web"));
        web.create();
        assertThat(web.patch(
                                PatchContext.of(PatchType.STRATEGIC_MERGE),
                                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"busybox:2\"}]}}}}")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers())
                .singleElement()
                .extracting(each -> each.getImage())
                .isEqualTo("busybox:2");
        assertThat(web.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")
                        .getMetadata()
                        .getLabels())
                .isEqualTo(Map.of("a", "b"));
        assertThat(web.patch(
                                PatchContext.of(PatchType.JSON),
                                "[{\"op\":\"replace\",\"path\":\"/metadata/labels/a\",\"value\":\"c\"}]")
                        .getMetadata()
                        .getLabels())
                .isEqualTo(Map.of("a", "c"));
        Deployment applied = client.apps()
                .deployments()
                .resource(new DeploymentBuilder(deployment("web"))
                        .editMetadata()
                        .addToLabels("d", "e")
                        .endMetadata()
                        .build())
                .forceConflicts()
                .serverSideApply();
        assertThat(applied.getMetadata().getLabels()).containsEntry("d", "e");
        assertThat(applied.getMetadata().getManagedFields())
                .extracting(each -> each.getManager())
                .contains("fabric8");
        assertThat(client.apps()
                        .deployments()
                        .withName("web")
                        .scale(0)
                        .getSpec()
                        .getReplicas())
                .isZero();
        assertThat(client.apps()
                        .deployments()
                        .withName("web")
                        .scale()
                        .getStatus()
                        .getSelector())
                .isEqualTo("app=web");
        client.apps().deployments().withName("web").delete();
    }

    @Test
    void a_watch_tells_what_happens() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (Watch watch = client.configMaps().withName("seen").watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap map) {
                told.add(action + " " + map.getData().get("key"));
            }

            @Override
            public void onClose(WatcherException cause) {
                told.add("closed: " + cause);
            }
        })) {
            assertThat(watch).isNotNull();
            client.configMaps().resource(map("seen", "1")).create();
            client.configMaps()
                    .withName("seen")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"key\":\"2\"}}");
            client.configMaps().withName("seen").delete();
            for (String expected : List.of("ADDED 1", "MODIFIED 2", "DELETED 2")) {
                assertThat(told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(expected);
            }
        }
    }

    @Test
    void an_informer_knows_what_is_there_and_what_comes() throws Exception {
        client.configMaps().resource(map("before", "1")).create();
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try (SharedIndexInformer<ConfigMap> informer = client.configMaps()
                .withLabel("of", "fabric8")
                .inform(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(ConfigMap map) {
                        told.add(map.getMetadata().getName());
                    }

                    @Override
                    public void onUpdate(ConfigMap before, ConfigMap now) {
                        // not looked for
                    }

                    @Override
                    public void onDelete(ConfigMap map, boolean unknown) {
                        // not looked for
                    }
                })) {
            client.configMaps().resource(map("after", "1")).create();
            Set<String> awaited = new HashSet<>(Set.of("before", "after"));
            while (!awaited.isEmpty()) {
                String next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(next).as("told while %s is awaited", awaited).isNotNull();
                awaited.remove(next);
            }
            assertThat(informer.getStore().list())
                    .extracting(each -> each.getMetadata().getName())
                    .contains("before", "after");
        }
    }

    @Test
    void a_pod_is_awaited_its_log_read_and_it_is_evicted() throws Exception {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("said")
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(1L)
                .addNewContainer()
                .withName("c")
                .withImage("busybox")
                .withCommand("sh", "-c", "echo here; exec sleep 300")
                .endContainer()
                .endSpec()
                .build();
        var said = client.pods().resource(pod);
        said.create();
        try {
            said.waitUntilReady(PATIENCE_SECONDS, TimeUnit.SECONDS);
            try (LogWatch log = client.pods().withName("said").watchLog();
                    BufferedReader lines = new BufferedReader(new InputStreamReader(log.getOutput(), UTF_8))) {
                assertThat(lines.readLine()).isEqualTo("here");
            }
            assertThat(client.pods().withName("said").tailingLines(1).getLog()).isEqualTo("here\n");
            assertThat(client.pods().withName("said").evict()).isTrue();
        } finally {
            said.delete();
            said.waitUntilCondition(each -> each == null, PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
