package io.quorate.control.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorsTest {
    private static final Map<String, String> LABELS = Map.of("app", "web", "tier", "gold");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app=web|true",
                "app==web|true",
                "app=web,tier=gold|true",
                "app=web,tier=iron|false",
                "app!=web|false",
                "other!=web|true",
                "app in (web, db)|true",
                "app in (db)|false",
                "app notin (db,web)|false",
                "other notin (db)|true",
                "app|true",
                "!app|false",
                "!other,app|true",
            })
    void labels_are_selected_as_kubectl_writes_it(String selector, boolean matches) {
        assertThat(LabelSelector.parse(selector).matches(LABELS)).isEqualTo(matches);
        assertThat(LabelSelector.parse(LabelSelector.parse(selector).toString()))
                .isEqualTo(LabelSelector.parse(selector));
    }

    @ParameterizedTest
    @ValueSource(strings = {"=a", "a in b", "a b", "a=(", "a=b c", "-=x", "a in (b", ","})
    void what_is_no_selector_is_a_bad_request(String selector) {
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> LabelSelector.parse(selector))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(400));
    }

    @Test
    void fields_are_selected_by_those_that_the_type_has() {
        FieldSelector selector =
                FieldSelector.parse(ResourceTypes.POD, "spec.nodeName=n1,status.phase!=Failed,metadata.namespace=");
        assertThat(selector.matches(path -> path.equals("spec.nodeName") ? "n1" : ""))
                .isTrue();
        assertThat(selector.matches(path -> path.equals("spec.nodeName") ? "n2" : ""))
                .isFalse();
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> FieldSelector.parse(ResourceTypes.POD, "spec.image=x"))
                .satisfies(refused ->
                        assertThat(refused.failure().message()).isEqualTo("field label not supported: spec.image"));
    }

    @ParameterizedTest
    @CsvSource({
        "pods,pods",
        "deployments.apps,deployments.apps",
        "leases.coordination.k8s.io,leases.coordination.k8s.io"
    })
    void each_type_is_found_by_its_name(String id, String found) {
        assertThat(ResourceTypes.byId(id).orElseThrow().id()).isEqualTo(found);
    }
}
