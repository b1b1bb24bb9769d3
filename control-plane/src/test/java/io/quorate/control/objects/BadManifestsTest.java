package io.quorate.control.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectBook.Answer;
import io.quorate.control.patch.Patches;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceType;
import io.quorate.control.resource.ResourceTypes;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manifests with one thing wrong each, and what is said of them, word for word. */
class BadManifestsTest {
    private static final String POD = "{'containers':[{'name':'c','image':'i'}]}";
    private static final String TEMPLATE = "{'metadata':{'labels':{'app':'a'}},'spec':" + POD + "}";
    private static final String WORKLOAD =
            "{'metadata':{'name':'x'},'spec':{'selector':{'matchLabels':{'app':'a'}},'template':" + TEMPLATE + "}}";

    /** Good ones. */
    private static final Map<String, String> GOOD = Map.ofEntries(
            Map.entry("Pod", "{'metadata':{'name':'x'},'spec':" + POD + "}"),
            Map.entry("Deployment", WORKLOAD),
            Map.entry("ReplicaSet", WORKLOAD),
            Map.entry("DaemonSet", WORKLOAD),
            Map.entry("StatefulSet", WORKLOAD),
            Map.entry(
                    "Job",
                    "{'metadata':{'name':'x'},'spec':{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'i'}]}}}}"),
            Map.entry("Service", "{'metadata':{'name':'x'},'spec':{'ports':[{'port':80}]}}"),
            Map.entry("ConfigMap", "{'metadata':{'name':'x'},'data':{'a':'b'}}"),
            Map.entry("Secret", "{'metadata':{'name':'x'},'data':{'a':'Yg=='}}"),
            Map.entry("PodDisruptionBudget", "{'metadata':{'name':'x'},'spec':{'minAvailable':1}}"),
            Map.entry("Lease", "{'metadata':{'name':'x'},'spec':{'leaseDurationSeconds':40}}"),
            Map.entry("Event", "{'metadata':{'name':'x'},'involvedObject':{'namespace':'default','name':'y'}}"),
            Map.entry("Namespace", "{'metadata':{'name':'x'}}"));

    private final ObjectBook book = ObjectBook.founded();

    private static ResourceType type(String kind) {
        return ResourceTypes.ALL.stream()
                .filter(type -> type.kind().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    private static String changed(String kind, String change) {
        JsonNode good = Json.read(ObjectBook.bytes(GOOD.get(kind)));
        return Patches.merge(good, Json.read(ObjectBook.bytes(change))).toString();
    }

    @ParameterizedTest
    @CsvSource({
        "Pod",
        "Deployment",
        "ReplicaSet",
        "DaemonSet",
        "StatefulSet",
        "Job",
        "Service",
        "ConfigMap",
        "Secret",
        "PodDisruptionBudget",
        "Lease",
        "Event",
        "Namespace"
    })
    void what_each_of_them_is_made_of_is_good(String kind) {
        Answer answer = book.create(type(kind), changed(kind, "{}"));
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Deployment|{'spec':{'selector':null}}|[spec.selector: Required value, spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}: `selector` does not match template `labels`]",
                "Deployment|{'spec':{'selector':{'matchLabels':null}}}|spec.selector: Invalid value: {}: empty selector is invalid for deployment",
                "Deployment|{'spec':{'selector':{'matchLabels':{'app':'b'}}}}|spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}: `selector` does not match template `labels`",
                "Deployment|{'spec':{'template':{'metadata':null}}}|spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`",
                "Deployment|{'spec':{'replicas':-1}}|spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "Deployment|{'spec':{'template':{'spec':{'containers':[]}}}}|spec.template.spec.containers: Required value",
                "Deployment|{'spec':{'template':{'spec':{'restartPolicy':'Never'}}}}|spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\"",
                "Deployment|{'spec':{'template':{'spec':{'activeDeadlineSeconds':5}}}}|spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
                "Deployment|{'spec':{'strategy':{'type':'Recreate','rollingUpdate':{'maxSurge':1}}}}|spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
                "Deployment|{'spec':{'strategy':{'type':'Slow'}}}|spec.strategy: Unsupported value: {\"Type\":\"Slow\",\"RollingUpdate\":null}: supported values: \"Recreate\", \"RollingUpdate\"",
                "Deployment|{'spec':{'strategy':{'rollingUpdate':{'maxSurge':0,'maxUnavailable':0}}}}|spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
                "Deployment|{'spec':{'strategy':{'rollingUpdate':{'maxUnavailable':'101%'}}}}|spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%",
                "Deployment|{'spec':{'strategy':{'rollingUpdate':{'maxSurge':'some'}}}}|spec.strategy.rollingUpdate.maxSurge: Invalid value: \"some\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
                "Deployment|{'spec':{'progressDeadlineSeconds':5,'minReadySeconds':5}}|spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds",
                "Deployment|{'spec':{'selector':{'matchExpressions':[{'key':'app','operator':'In'}]}}}|[spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn', spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"a\"},\"matchExpressions\":[{\"key\":\"app\",\"operator\":\"In\"}]}: invalid label selector]",
                "Deployment|{'spec':{'selector':{'matchExpressions':[{'key':'z','operator':'Is'}]}}}|[spec.selector.matchExpressions[0].operator: Invalid value: \"Is\": not a valid selector operator, spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"a\"},\"matchExpressions\":[{\"key\":\"z\",\"operator\":\"Is\"}]}: invalid label selector]",
                "ReplicaSet|{'spec':{'selector':{'matchLabels':null}}}|spec.selector: Invalid value: {}: empty selector is invalid for deployment",
                "DaemonSet|{'spec':{'selector':null}}|spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}: `selector` does not match template `labels`",
                "DaemonSet|{'spec':{'updateStrategy':{'rollingUpdate':{'maxUnavailable':0}}}}|spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
                "StatefulSet|{'spec':{'podManagementPolicy':'Any'}}|spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'",
                "StatefulSet|{'spec':{'template':{'spec':{'activeDeadlineSeconds':5}}}}|spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported",
                "Job|{'spec':{'template':{'spec':{'restartPolicy':null}}}}|spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"",
                "Job|{'spec':{'parallelism':-1}}|spec.parallelism: Invalid value: -1: must be greater than or equal to 0",
                "Job|{'spec':{'completionMode':'Indexed','parallelism':1}}|spec.completions: Required value: when completion mode is Indexed",
                "Job|{'spec':{'selector':{'matchLabels':{'app':'a'}},'template':{'metadata':{'labels':{'app':'a'}}}}}|spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"a\"}}: `selector` not auto-generated",
                "Pod|{'metadata':{'name':'A_b'}}|metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
                "Pod|{'metadata':{'labels':{'a':'b c'}}}|metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i'},{'name':'c','image':'i'}]}}|spec.containers[1].name: Duplicate value: \"c\"",
                "Pod|{'spec':{'containers':[{'name':'c'}]}}|spec.containers[0].image: Required value",
                "Pod|{'spec':{'containers':[{'name':'c','image':' i'}]}}|spec.containers[0].image: Invalid value: \" i\": must not have leading or trailing whitespace",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','imagePullPolicy':'Now'}]}}|spec.containers[0].imagePullPolicy: Unsupported value: \"Now\": supported values: \"Always\", \"IfNotPresent\", \"Never\"",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','ports':[{'containerPort':70000}]}]}}|spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','ports':[{'name':'http'}]}]}}|spec.containers[0].ports[0].containerPort: Required value",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','ports':[{'containerPort':80,'name':'a-long-port-name'}]}]}}|spec.containers[0].ports[0].name: Invalid value: \"a-long-port-name\": must be no more than 15 characters",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','ports':[{'containerPort':80,'protocol':'ICMP'}]}]}}|spec.containers[0].ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','env':[{'name':'a=b'}]}]}}|spec.containers[0].env[0].name: Invalid value: \"a=b\": a valid environment variable name must consist only of printable ASCII characters other than '='",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','env':[{'name':'a','valueFrom':{}}]}]}}|spec.containers[0].env[0].valueFrom: Invalid value: \"\": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','volumeMounts':[{'name':'v','mountPath':'/v'}]}]}}|spec.containers[0].volumeMounts[0].name: Not found: \"v\"",
                "Pod|{'spec':{'volumes':[{'name':'v','emptyDir':{},'hostPath':{'path':'/'}}]}}|spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','livenessProbe':{}}]}}|spec.containers[0].livenessProbe: Required value: must specify a handler type",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','livenessProbe':{'successThreshold':2,'tcpSocket':{'port':80}}}]}}|spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'2'},'limits':{'cpu':'1'}}}]}}|spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','resources':{'limits':{'memory':'-1Mi'}}}]}}|spec.containers[0].resources.limits[memory]: Invalid value: \"-1Mi\": must be greater than or equal to 0",
                "Pod|{'spec':{'restartPolicy':'Often'}}|spec.restartPolicy: Unsupported value: \"Often\": supported values: \"Always\", \"OnFailure\", \"Never\"",
                "Pod|{'spec':{'activeDeadlineSeconds':0}}|spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
                "Pod|{'spec':{'tolerations':[{'operator':'Exists','effect':'Later'}]}}|spec.tolerations[0].effect: Unsupported value: \"Later\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
                "Service|{'metadata':{'name':'1a'}}|metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
                "Service|{'spec':{'ports':null}}|spec.ports: Required value",
                "Service|{'spec':{'ports':[{'port':80,'name':'a'},{'port':81}]}}|spec.ports[1].name: Required value",
                "Service|{'spec':{'ports':[{'port':80,'nodePort':30001}]}}|spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
                "Service|{'spec':{'type':'NodePort','ports':[{'port':80,'nodePort':80}]}}|spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
                "Service|{'spec':{'type':'Inner'}}|spec.type: Unsupported value: \"Inner\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"",
                "Service|{'spec':{'ports':[{'port':80,'targetPort':'HTTP'}]}}|[spec.ports[0].targetPort: Invalid value: \"HTTP\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-), spec.ports[0].targetPort: Invalid value: \"HTTP\": must contain at least one letter (a-z)]",
                "ConfigMap|{'metadata':{'name':null}}|metadata.name: Required value: name or generateName is required",
                "ConfigMap|{'metadata':{'labels':{'a b':'c'}}}|metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
                "ConfigMap|{'data':{'a b':'c'}}|data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
                "ConfigMap|{'binaryData':{'a':'Yg=='}}|data[a]: Invalid value: \"a\": duplicate of key present in binaryData",
                "Secret|{'type':'kubernetes.io/tls'}|[data[tls.crt]: Required value, data[tls.key]: Required value]",
                "Secret|{'type':'kubernetes.io/service-account-token'}|metadata.annotations[kubernetes.io/service-account.name]: Required value",
                "PodDisruptionBudget|{'spec':{'maxUnavailable':1}}|spec: Invalid value: {\"minAvailable\":1,\"maxUnavailable\":1}: minAvailable and maxUnavailable cannot be both set",
                "PodDisruptionBudget|{'spec':{'minAvailable':'101%'}}|spec.minAvailable: Invalid value: \"101%\": must not be greater than 100%",
                "Lease|{'spec':{'leaseDurationSeconds':0}}|spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
                "Event|{'involvedObject':{'namespace':'kube-system'}}|involvedObject.namespace: Invalid value: \"kube-system\": does not match event.namespace",
                "Namespace|{'metadata':{'name':'a.b'}}|metadata.name: Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
            })
    void an_invalid_one_is_refused_with_what_is_wrong(String kind, String change, String words) {
        ResourceType type = type(kind);
        String object = changed(kind, change);
        String name = Json.read(ObjectBook.bytes(object)).at("/metadata/name").asText();
        Answer answer = book.create(type, object);
        assertThat(answer.message()).isEqualTo(type.qualifiedKind() + " \"" + name + "\" is invalid: " + words);
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.reason()).isEqualTo("Invalid");
        assertThat(answer.at("details.kind")).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Deployment|{'spec':{'replicas':'two'}}|json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
                "Deployment|{'spec':{'replicas':1.5}}|json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
                "Deployment|{'spec':{'template':{'spec':{'containers':{'name':'c'}}}}}|json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
                "Deployment|{'spec':{'template':{'spec':{'containers':[{'name':'c','image':'i','env':[{'name':'A','value':1}]}]}}}}|json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
                "Pod|{'metadata':{'labels':{'a':1}}}|json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
                "Pod|{'metadata':{'labels':'a'}}|json: cannot unmarshal string into Go struct field ObjectMeta.metadata.labels of type map[string]string",
                "Pod|{'spec':{'hostNetwork':'yes'}}|json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool",
                "Pod|{'spec':'x'}|json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','resources':{'limits':{'cpu':'much'}}}]}}|quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                "Pod|{'spec':{'containers':[{'name':'c','image':'i','resources':{'limits':{'memory':'1KK'}}}]}}|unable to parse quantity's suffix",
                "Secret|{'data':{'a':'not base64'}}|illegal base64 data at input byte 3",
                "Secret|{'data':{'a':'YQ'}}|illegal base64 data at input byte 0",
                "Deployment|{'spec':{'replicaz':1,'template':{'spec':{'containers':[{'name':'c','imag':'i'}]}}}}|strict decoding error: unknown field \"spec.template.spec.containers[0].imag\", unknown field \"spec.replicaz\"",
                "Deployment|{'kind':'Pod','apiVersion':'v1'}|-the API version in the data (v1) does not match the expected API version (apps/v1)",
                "Pod|{'kind':'Gadget'}|-Gadget in version \"v1\" cannot be handled as a Pod: no kind \"Gadget\" is registered for version \"v1\"",
                "Pod|{'kind':'Service'}|-Service in version \"v1\" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion",
            })
    void one_that_cannot_be_read_is_a_bad_request(String kind, String change, String words) {
        ResourceType type = type(kind);
        Answer answer = book.create(type, changed(kind, change));
        assertThat(answer.message())
                .isEqualTo(words.startsWith("-") ? words.substring(1) : type.cannotBeHandled() + words);
        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.reason()).isEqualTo("BadRequest");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "Deployment|{'spec':{'selector':{'matchLabels':{'app':'b'}},'template':{'metadata':{'labels':{'app':'b'}}}}}|spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"b\"}}: field is immutable",
                "DaemonSet|{'spec':{'selector':{'matchLabels':{'app':'b'}},'template':{'metadata':{'labels':{'app':'b'}}}}}|spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"b\"}}: field is immutable",
                "StatefulSet|{'spec':{'serviceName':'other'}}|spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
                "Job|{'spec':{'completions':7}}|spec.completions: Invalid value: 7: field is immutable",
                "Service|{'spec':{'clusterIP':'127.152.9.9'}}|spec.clusterIPs[0]: Invalid value: [\"127.152.9.9\"]: may not change once set",
                "Secret|{'type':'other'}|type: Invalid value: \"other\": field is immutable",
                "Pod|{'spec':{'hostname':'y'}}|spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
            })
    void what_is_chosen_once_is_kept_in_these_words(String kind, String change, String words) {
        ResourceType type = type(kind);
        Answer created = book.create(type, changed(kind, "{}"));
        ObjectNode wanted = (ObjectNode) Patches.merge(created.body(), Json.read(ObjectBook.bytes(change)));
        Answer answer = book.update(type, "x", wanted.toString());
        assertThat(answer.message()).isEqualTo(type.qualifiedKind() + " \"x\" is invalid: " + words);
        assertThat(answer.code()).isEqualTo(422);
    }
}
