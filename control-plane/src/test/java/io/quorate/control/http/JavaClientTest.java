package io.quorate.control.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.BatchV1Api;
import io.kubernetes.client.openapi.apis.CoordinationV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.apis.DiscoveryV1Api;
import io.kubernetes.client.openapi.apis.PolicyV1Api;
import io.kubernetes.client.openapi.apis.VersionApi;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentSpec;
import io.kubernetes.client.openapi.models.V1Eviction;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodList;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1Scale;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.credentials.ClientCertificateAuthentication;
import io.quorate.control.RunningNode;
import io.quorate.node.folder.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kubernetes' own client for Java, as programs use it. It refuses an answer with a field that is not published. */
class JavaClientTest {
    private static final long PATIENCE_SECONDS = 60;
    private static final String HOME = "default";

    @TempDir
    static Path root;

    private static RunningNode node;
    private static ApiClient client;
    private static CoreV1Api core;
    private static AppsV1Api apps;

    @BeforeAll
    static void start() throws Exception {
        node = RunningNode.start(root.resolve("n11"), "n11");
        Path tls = root.resolve("n11").resolve("tls");
        client = new ClientBuilder()
                .setBasePath("https://" + node.settings().address() + ":"
                        + node.settings().apiPort())
                .setCertificateAuthority(Files.readAllBytes(tls.resolve("ca.crt")))
                .setAuthentication(new ClientCertificateAuthentication(
                        Files.readAllBytes(tls.resolve(TlsFiles.NODE_CERTIFICATE)),
                        Files.readAllBytes(tls.resolve(TlsFiles.NODE_KEY))))
                .build();
        client.setReadTimeout(0);
        core = new CoreV1Api(client);
        apps = new AppsV1Api(client);
    }

    @AfterAll
    static void stop() {
        client.getHttpClient().dispatcher().executorService().shutdown();
        client.getHttpClient().connectionPool().evictAll();
        node.close();
    }

    private static V1ConfigMap map(String name, String value) {
        return new V1ConfigMap()
                .metadata(new V1ObjectMeta().name(name).putLabelsItem("of", "java"))
                .putDataItem("key", value);
    }

    private static V1Deployment deployment(String name) {
        return new V1Deployment()
                .metadata(new V1ObjectMeta().name(name))
                .spec(new V1DeploymentSpec()
                        .replicas(0)
                        .selector(new V1LabelSelector().putMatchLabelsItem("app", name))
                        .template(new V1PodTemplateSpec()
                                .metadata(new V1ObjectMeta().putLabelsItem("app", name))
                                .spec(new V1PodSpec()
                                        .addContainersItem(
                                                new V1Container().name("c").image("busybox:1")))));
    }

    @Test
    void an_object_is_created_read_listed_replaced_and_deleted() throws Exception {
        assertThat(new VersionApi(client).getCode().execute().getMajor()).isEqualTo("1");
        core.createNamespacedConfigMap(HOME, map("life", "1")).execute();
        V1ConfigMap read = core.readNamespacedConfigMap("life", HOME).execute();
        assertThat(read.getData()).containsEntry("key", "1");
        assertThat(core.listNamespacedConfigMap(HOME)
                        .labelSelector("of=java")
                        .execute()
                        .getItems())
                .extracting(each -> each.getMetadata().getName())
                .contains("life");
        core.replaceNamespacedConfigMap("life", HOME, read.putDataItem("key", "2"))
                .execute();
        assertThatThrownBy(() ->
                        core.replaceNamespacedConfigMap("life", HOME, read).execute())
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.getCode()).isEqualTo(409));
        assertThat(core.deleteNamespacedConfigMap("life", HOME).execute().getStatus())
                .isEqualTo("Success");
        assertThatThrownBy(() -> core.readNamespacedConfigMap("life", HOME).execute())
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refused -> assertThat(refused.getCode()).isEqualTo(404));
    }

    private static V1Deployment patched(String format, String patch) throws ApiException {
        return PatchUtils.patch(
                V1Deployment.class,
                () -> apps.patchNamespacedDeployment("web", HOME, new V1Patch(patch))
                        .fieldManager("java")
                        .force(format.equals(V1Patch.PATCH_FORMAT_APPLY_YAML) ? true : null)
                        .buildCall(null),
                format,
                client);
    }

    @Test
    void a_deployment_is_patched_in_every_way_and_scaled() throws Exception {
        apps.createNamespacedDeployment(HOME, deployment("web")).execute();
        assertThat(patched(
                                V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH,
                                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"busybox:2\"}]}}}}")
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers())
                .singleElement()
                .extracting(V1Container::getImage)
                .isEqualTo("busybox:2");
        assertThat(patched(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}")
                        .getMetadata()
                        .getLabels())
                .isEqualTo(Map.of("a", "b"));
        assertThat(patched(
                                V1Patch.PATCH_FORMAT_JSON_PATCH,
                                "[{\"op\":\"replace\",\"path\":\"/metadata/labels/a\",\"value\":\"c\"}]")
                        .getMetadata()
                        .getLabels())
                .isEqualTo(Map.of("a", "c"));
        assertThat(patched(
                                V1Patch.PATCH_FORMAT_APPLY_YAML,
                                "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\",\"labels\":{\"d\":\"e\"}}}")
                        .getMetadata()
                        .getLabels())
                .containsEntry("d", "e");
        V1Scale scale = apps.readNamespacedDeploymentScale("web", HOME).execute();
        scale.getSpec().setReplicas(0);
        scale.getMetadata().setResourceVersion(null); // its controller writes meanwhile
        assertThat(apps.replaceNamespacedDeploymentScale("web", HOME, scale)
                        .execute()
                        .getStatus()
                        .getSelector())
                .isEqualTo("app=web");
        apps.deleteNamespacedDeployment("web", HOME).execute();
    }

    @Test
    void a_watch_tells_what_happens() throws Exception {
        String version =
                core.listNamespacedConfigMap(HOME).execute().getMetadata().getResourceVersion();
        try (Watch<V1ConfigMap> watch = Watch.createWatch(
                client,
                core.listNamespacedConfigMap(HOME)
                        .fieldSelector("metadata.name=seen")
                        .resourceVersion(version)
                        .watch(true)
                        .buildCall(null),
                new TypeToken<Watch.Response<V1ConfigMap>>() {}.getType())) {
            core.createNamespacedConfigMap(HOME, map("seen", "1")).execute();
            core.deleteNamespacedConfigMap("seen", HOME).execute();
            for (String expected : List.of("ADDED", "DELETED")) {
                assertThat(watch.hasNext()).isTrue();
                assertThat(watch.next().type).isEqualTo(expected);
            }
        }
    }

    @Test
    void an_informer_knows_what_is_there_and_what_comes() throws Exception {
        core.createNamespacedConfigMap(HOME, map("before", "1")).execute();
        SharedInformerFactory factory = new SharedInformerFactory(client);
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        try {
            SharedIndexInformer<V1ConfigMap> informer = factory.sharedIndexInformerFor(
                    (CallGeneratorParams wanted) -> core.listNamespacedConfigMap(HOME)
                            .resourceVersion(wanted.resourceVersion)
                            .timeoutSeconds(wanted.timeoutSeconds)
                            .watch(wanted.watch)
                            .buildCall(null),
                    V1ConfigMap.class,
                    V1ConfigMapList.class);
            informer.addEventHandler(new ResourceEventHandler<>() {
                @Override
                public void onAdd(V1ConfigMap map) {
                    told.add(map.getMetadata().getName());
                }

                @Override
                public void onUpdate(V1ConfigMap before, V1ConfigMap now) {
                    // not looked for
                }

                @Override
                public void onDelete(V1ConfigMap map, boolean unknown) {
                    // not looked for
                }
            });
            factory.startAllRegisteredInformers();
            core.createNamespacedConfigMap(HOME, map("after", "1")).execute();
            // Its first list may already have both, in the order of their names: each is told once the store has it.
            Set<String> awaited = new HashSet<>(Set.of("before", "after"));
            while (!awaited.isEmpty()) {
                String next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(next).as("told while %s is awaited", awaited).isNotNull();
                awaited.remove(next);
            }
            assertThat(informer.getIndexer().list())
                    .extracting(each -> each.getMetadata().getName())
                    .contains("before", "after");
        } finally {
            factory.stopAllRegisteredInformers();
        }
    }

    @Test
    void a_pod_runs_its_log_is_read_and_it_is_evicted() throws Exception {
        V1Pod pod = new V1Pod()
                .metadata(new V1ObjectMeta().name("said"))
                .spec(new V1PodSpec()
                        .terminationGracePeriodSeconds(1L)
                        .addContainersItem(new V1Container()
                                .name("c")
                                .image("busybox")
                                .command(List.of("sh", "-c", "echo here; exec sleep 300"))));
        core.createNamespacedPod(HOME, pod).execute();
        try {
            await("status.phase=Running", "ADDED");
            String log = "";
            try (Response lines = core.readNamespacedPodLog("said", HOME)
                    .follow(true)
                    .buildCall(null)
                    .execute()) {
                log = lines.body().source().readUtf8Line();
            }
            assertThat(log).isEqualTo("here");
            // Its own method reads the answer as an eviction, which it is not.
            try (Response evicted = core.createNamespacedPodEviction(
                            "said", HOME, new V1Eviction().metadata(new V1ObjectMeta().name("said")))
                    .buildCall(null)
                    .execute()) {
                assertThat(evicted.code()).isEqualTo(201);
            }
        } finally {
            core.deleteNamespacedPod("said", HOME).buildCall(null).execute().close();
            await("metadata.name=said", "DELETED");
        }
    }

    /** @param event {@code ADDED} until there is one that is selected, {@code DELETED} until there is none */
    private static void await(String selector, String event) throws Exception {
        V1PodList now = core.listNamespacedPod(HOME).fieldSelector(selector).execute();
        if (now.getItems().isEmpty() == event.equals("DELETED")) {
            return;
        }
        try (Watch<V1Pod> watch = Watch.createWatch(
                client,
                core.listNamespacedPod(HOME)
                        .fieldSelector(selector)
                        .resourceVersion(now.getMetadata().getResourceVersion())
                        .timeoutSeconds((int) PATIENCE_SECONDS)
                        .watch(true)
                        .buildCall(null),
                new TypeToken<Watch.Response<V1Pod>>() {}.getType())) {
            while (watch.hasNext()) {
                if (watch.next().type.equals(event)) {
                    return;
                }
            }
        }
        fail("after a minute no pod with " + selector + " was " + event);
    }

    @Test
    void every_kind_is_read_by_a_client_that_takes_published_fields_only() throws Exception {
        assertThat(core.listNode().execute().getItems()).isNotEmpty();
        assertThat(core.listNamespace().execute().getItems()).isNotEmpty();
        core.listPodForAllNamespaces().execute();
        core.listServiceForAllNamespaces().execute();
        core.listEndpointsForAllNamespaces().execute();
        core.listEventForAllNamespaces().execute();
        core.listSecretForAllNamespaces().execute();
        core.listServiceAccountForAllNamespaces().execute();
        apps.listReplicaSetForAllNamespaces().execute();
        apps.listDaemonSetForAllNamespaces().execute();
        apps.listStatefulSetForAllNamespaces().execute();
        apps.listControllerRevisionForAllNamespaces().execute();
        new BatchV1Api(client).listJobForAllNamespaces().execute();
        new BatchV1Api(client).listCronJobForAllNamespaces().execute();
        new DiscoveryV1Api(client).listEndpointSliceForAllNamespaces().execute();
        new CoordinationV1Api(client).listLeaseForAllNamespaces().execute();
        new PolicyV1Api(client).listPodDisruptionBudgetForAllNamespaces().execute();
    }
}
