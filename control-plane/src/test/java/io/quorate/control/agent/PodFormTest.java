package io.quorate.control.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.node.workload.Walls;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PodFormTest {
    private static ObjectNode pod(String spec) {
        return Json.readObject(("{'metadata':{'name':'web-1'},'spec':" + spec + "}")
                .replace('\'', '"')
                .getBytes(UTF_8));
    }

    private static Walls walls(ObjectNode pod) {
        return PodForm.walls(pod, Json.at(pod, "spec.containers").get(0));
    }

    @Test
    void walls_are_what_the_container_says_and_else_what_its_pod_says() {
        Walls walls = walls(pod("""
                {'hostname':'web','securityContext':{'runAsUser':7,'runAsGroup':8,'runAsNonRoot':true},
                 'containers':[{'name':'c','securityContext':{'runAsUser':9,'readOnlyRootFilesystem':true,
                   'capabilities':{'add':['CAP_SYS_TIME'],'drop':['all']},'seccompProfile':{'type':'Unconfined'}},
                  'volumeMounts':[{'name':'a','mountPath':'/a','readOnly':true},{'name':'b','mountPath':'/b'}]}]}"""));
        assertThat(walls.hostName()).isEqualTo("web");
        assertThat(walls.user()).isEqualTo(OptionalLong.of(9));
        assertThat(walls.group()).isEqualTo(OptionalLong.of(8));
        assertThat(walls.notRoot()).isTrue();
        assertThat(walls.readOnlyRoot()).isTrue();
        assertThat(walls.readOnlyMounts()).containsExactly("/a");
        assertThat(walls.added()).containsExactly("SYS_TIME");
        assertThat(walls.dropped()).containsExactly("ALL");
        assertThat(walls.unconfined()).isTrue();
        assertThat(walls.gainsPrivileges()).isFalse();
    }

    @Test
    void a_pod_that_says_nothing_has_the_usual_walls_and_its_name() {
        Walls walls = walls(pod("{'containers':[{'name':'c'}]}"));
        assertThat(walls.hostName()).isEqualTo("web-1");
        assertThat(walls.user()).isEmpty();
        assertThat(walls.notRoot() || walls.readOnlyRoot() || walls.unconfined() || walls.privileged())
                .isFalse();
    }
}
