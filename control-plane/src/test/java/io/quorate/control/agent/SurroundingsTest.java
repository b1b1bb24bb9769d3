package io.quorate.control.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.objects.ObjectBook;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.resource.Json;
import io.quorate.node.workload.StartRefused;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SurroundingsTest {
    private final ObjectBook book = ObjectBook.founded();

    private static ObjectNode json(String text) {
        return Json.readObject(text.replace('\'', '"').getBytes(UTF_8));
    }

    private void create(String type, String object) {
        book.ask(new ObjectCommand.Create(type, "default", Json.bytes(json(object)), book.request()));
    }

    private Surroundings surroundings() {
        create("configmaps", "{'metadata':{'name':'m'},'data':{'colour':'blue','size':'9'}}");
        create("secrets", "{'metadata':{'name':'s'},'stringData':{'word':'open'}}");
        ObjectNode pod = json(
                "{'metadata':{'name':'web-1','namespace':'default','uid':'u','labels':{'app':'web','a/b':'c'}},'spec':{'nodeName':'n1'}}");
        return new Surroundings(pod, "127.64.1.1", "10.0.0.1", book.state());
    }

    private Map<String, String> environment(String container) throws StartRefused {
        return surroundings().environment(json(container));
    }

    @Test
    void a_container_is_told_where_it_is_and_what_the_pod_and_others_say() throws StartRefused {
        Map<String, String> environment = environment("""
                {'envFrom':[{'configMapRef':{'name':'m'}},{'prefix':'S_','secretRef':{'name':'s'}}],
                 'env':[{'name':'PLAIN','value':'x'},{'name':'BOTH','value':'$(PLAIN)-$(colour)-$$(PLAIN)-$(NONE)'},
                  {'name':'KEY','valueFrom':{'secretKeyRef':{'name':'s','key':'word'}}},
                  {'name':'NODE','valueFrom':{'fieldRef':{'fieldPath':'spec.nodeName'}}},
                  {'name':'LABEL','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels['a/b']'}}},
                  {'name':'IP','valueFrom':{'fieldRef':{'fieldPath':'status.podIP'}}},
                  {'name':'CPU','valueFrom':{'resourceFieldRef':{'resource':'limits.cpu'}}}],
                 'resources':{'limits':{'cpu':'1500m'}}}""".replace("['a/b']", "[\\u0027a/b\\u0027]"));
        assertThat(environment)
                .containsEntry("HOSTNAME", "web-1")
                .containsEntry("POD_IP", "127.64.1.1")
                .containsEntry("colour", "blue")
                .containsEntry("S_word", "open")
                .containsEntry("BOTH", "x-blue-$(PLAIN)-$(NONE)")
                .containsEntry("KEY", "open")
                .containsEntry("NODE", "n1")
                .containsEntry("LABEL", "c")
                .containsEntry("IP", "127.64.1.1")
                .containsEntry("CPU", "2");
    }

    @Test
    void what_is_referred_to_and_not_there_is_told_in_kubernetes_words() {
        refused("{'env':[{'name':'A','valueFrom':{'configMapKeyRef':{'name':'none','key':'k'}}}]}")
                .isEqualTo("configmap \"none\" not found");
        refused("{'env':[{'name':'A','valueFrom':{'secretKeyRef':{'name':'s','key':'k'}}}]}")
                .isEqualTo("couldn't find key k in Secret default/s");
        refused("{'envFrom':[{'secretRef':{'name':'none'}}]}").isEqualTo("secret \"none\" not found");
    }

    private org.assertj.core.api.AbstractStringAssert<?> refused(String container) {
        Surroundings surroundings = surroundings();
        JsonNode asked = json(container);
        StartRefused[] why = new StartRefused[1];
        assertThatThrownBy(() -> surroundings.environment(asked))
                .isInstanceOfSatisfying(StartRefused.class, no -> why[0] = no);
        assertThat(why[0].reason()).isEqualTo("CreateContainerConfigError");
        return assertThat(why[0].message());
    }

    @Test
    void what_is_optional_may_be_missing() throws StartRefused {
        assertThat(environment("""
                        {'envFrom':[{'secretRef':{'name':'none','optional':true}}],
                         'env':[{'name':'A','valueFrom':{'configMapKeyRef':{'name':'m','key':'k','optional':true}}}]}""")).doesNotContainKey("A");
    }

    @Test
    void a_volume_of_a_config_map_has_its_keys_as_files() throws StartRefused {
        assertThat(surroundings()
                        .files(json("{'name':'v','configMap':{'name':'m','items':[{'key':'colour','path':'a/b'}]}}")))
                .hasValueSatisfying(files -> {
                    assertThat(files).containsOnlyKeys("a/b");
                    assertThat(files.get("a/b")).isEqualTo("blue".getBytes(UTF_8));
                });
        assertThat(surroundings().files(json("{'name':'v','emptyDir':{}}"))).isEmpty();
    }
}
