package io.quorate.control.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.Refused;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatchesTest {
    private static JsonNode json(String text) {
        return Json.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':'b'}|{'a':'c'}|{'a':'c'}",
                "{'a':'b'}|{'b':'c'}|{'a':'b','b':'c'}",
                "{'a':'b'}|{'a':null}|{}",
                "{'a':['b']}|{'a':'c'}|{'a':'c'}",
                "{'a':{'b':'c'}}|{'a':{'b':'d','c':null}}|{'a':{'b':'d'}}",
                "{'a':[{'b':'c'}]}|{'a':[1]}|{'a':[1]}",
                "['a','b']|['c','d']|['c','d']",
                "{'e':null}|{'a':1}|{'e':null,'a':1}",
                "{}|{'a':{'bb':{'ccc':null}}}|{'a':{'bb':{}}}",
            })
    void a_merge_patch_does_what_rfc_7386_says(String target, String patch, String result) {
        assertThat(Patches.merge(json(target), json(patch))).isEqualTo(json(result));
    }

    @Property(tries = 50)
    void a_merge_patch_done_twice_is_the_same_as_once(
            @ForAll @Size(max = 5)
                    java.util.Map<@AlphaChars @StringLength(max = 2) String, @IntRange(max = 9) Integer> one,
            @ForAll @Size(max = 5)
                    java.util.Map<@AlphaChars @StringLength(max = 2) String, @IntRange(max = 9) Integer> two) {
        ObjectNode target = Json.object();
        one.forEach(target::put);
        ObjectNode patch = Json.object();
        two.forEach((key, value) -> {
            if (value == 0) {
                patch.putNull(key);
            } else {
                patch.put(key, value);
            }
        });
        JsonNode once = Patches.merge(target, patch);
        assertThat(Patches.merge(once, patch)).isEqualTo(once);
    }

    @Test
    void a_json_patch_is_done_step_by_step_and_a_test_that_fails_stops_it() {
        assertThat(Patches.json(
                        json("{'a':{'b':1}}"),
                        json(
                                "[{'op':'test','path':'/a/b','value':1},{'op':'replace','path':'/a/b','value':2},{'op':'add','path':'/c','value':[3]}]"),
                        1000))
                .isEqualTo(json("{'a':{'b':2},'c':[3]}"));
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> Patches.json(json("{'a':1}"), json("[{'op':'test','path':'/a','value':2}]"), 1000))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(422));
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> Patches.json(json("{}"), json("{'a':1}"), 1000))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(400));
    }

    @Test
    void what_a_patch_is_done_to_stays_as_it_was() {
        JsonNode target = json("{'a':{'b':1}}");
        Patches.json(target, json("[{'op':'replace','path':'/a/b','value':2}]"), 1000);
        Patches.merge(target, json("{'a':{'b':3}}"));
        StrategicMerge.apply((ObjectNode) target, json("{'a':{'b':4}}"));
        assertThat(target).isEqualTo(json("{'a':{'b':1}}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // cordon, uncordon, and taints that are replaced whole
                "{'spec':{}}|{'spec':{'unschedulable':true}}|{'spec':{'unschedulable':true}}",
                "{'spec':{'unschedulable':true}}|{'spec':{'unschedulable':null}}|{'spec':{}}",
                "{'spec':{'taints':[{'key':'a'},{'key':'b'}]}}|{'spec':{'taints':[{'key':'c'}]}}|{'spec':{'taints':[{'key':'c'}]}}",
                // set image: by name, and the order that is asked for
                "{'spec':{'containers':[{'name':'a','image':'1','args':['x']},{'name':'b'}]}}|{'spec':{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}],'containers':[{'name':'a','image':'2'}]}}|{'spec':{'containers':[{'name':'b'},{'name':'a','image':'2','args':['x']}]}}",
                "{'spec':{'containers':[{'name':'a'},{'name':'b'}]}}|{'spec':{'containers':[{'name':'a','$patch':'delete'}]}}|{'spec':{'containers':[{'name':'b'}]}}",
                "{'spec':{'containers':[{'name':'a'}]}}|{'spec':{'containers':[{'name':'b','image':'i','x':null}]}}|{'spec':{'containers':[{'name':'a'},{'name':'b','image':'i'}]}}",
                // ports of a container and of a service have other keys
                "{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80}]}]}}|{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'http'}]}]}}|{'spec':{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'http'}]}]}}",
                "{'spec':{'ports':[{'port':80,'targetPort':1}]}}|{'spec':{'ports':[{'port':80,'targetPort':2}]}}|{'spec':{'ports':[{'port':80,'targetPort':2}]}}",
                // directives
                "{'metadata':{'finalizers':['a','b']}}|{'metadata':{'$deleteFromPrimitiveList/finalizers':['a']}}|{'metadata':{'finalizers':['b']}}",
                "{'metadata':{'finalizers':['a']}}|{'metadata':{'finalizers':['b']}}|{'metadata':{'finalizers':['a','b']}}",
                "{'spec':{'strategy':{'type':'RollingUpdate','rollingUpdate':{}}}}|{'spec':{'strategy':{'$retainKeys':['type'],'type':'Recreate'}}}|{'spec':{'strategy':{'type':'Recreate'}}}",
                "{'spec':{'a':{'b':1,'c':2}}}|{'spec':{'a':{'$patch':'replace','d':3}}}|{'spec':{'a':{'d':3}}}",
            })
    void a_strategic_merge_patch_merges_lists_by_their_keys(String target, String patch, String result) {
        assertThat(StrategicMerge.apply(object(target), json(patch))).isEqualTo(json(result));
    }

    private static ObjectNode apply(Optional<ObjectNode> stored, String wanted, String manager, boolean force) {
        return ServerSideApply.apply(stored, object(wanted), manager, "apps/v1", "", force, "2026-01-01T00:00:00Z");
    }

    private static ObjectNode withoutManagers(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        ((ObjectNode) copy.path("metadata")).remove("managedFields");
        return copy;
    }

    @Test
    void who_applies_owns_its_fields_and_what_it_wants_no_more_is_removed() {
        ObjectNode first = apply(
                Optional.empty(),
                "{'metadata':{'name':'a','labels':{'x':'1','y':'2'}},'spec':{'replicas':1,'containers':[{'name':'c','image':'i'},{'name':'d','image':'j'}]}}",
                "kubectl",
                false);
        assertThat(first.path("metadata").path("managedFields")).hasSize(1);
        ObjectNode second = apply(
                Optional.of(first),
                "{'metadata':{'name':'a','labels':{'x':'1'}},'spec':{'containers':[{'name':'c','image':'k'}]}}",
                "kubectl",
                false);
        assertThat(withoutManagers(second))
                .isEqualTo(
                        json(
                                "{'metadata':{'name':'a','labels':{'x':'1'}},'spec':{'containers':[{'name':'c','image':'k'}]}}"));
    }

    private static String finalizers(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> "'example.com/" + i + "'")
                .collect(Collectors.joining(",", "{'metadata':{'name':'a','finalizers':[", "]}}"));
    }

    @Test
    void a_list_that_would_take_too_long_is_refused() {
        ObjectNode first = apply(Optional.empty(), finalizers(0, 5_000), "one", false);
        ObjectNode both = apply(Optional.of(first), finalizers(5_000, 10_000), "two", false);
        assertThat(both.path("metadata").path("finalizers")).hasSize(10_000);
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> apply(Optional.of(both), "{'metadata':{'name':'a'}}", "two", false))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(413));
    }

    @Test
    void the_same_applied_again_changes_nothing_not_even_the_time() {
        String wanted = "{'metadata':{'name':'a'},'spec':{'replicas':1}}";
        ObjectNode first = apply(Optional.empty(), wanted, "kubectl", false);
        ObjectNode again = ServerSideApply.apply(
                Optional.of(first), object(wanted), "kubectl", "apps/v1", "", false, "2027-01-01T00:00:00Z");
        assertThat(again).isEqualTo(first);
    }

    @Test
    void a_field_of_another_manager_is_a_conflict_or_is_taken_by_force() {
        ObjectNode first = apply(Optional.empty(), "{'metadata':{'name':'a'},'spec':{'replicas':1}}", "one", false);
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() ->
                        apply(Optional.of(first), "{'metadata':{'name':'a'},'spec':{'replicas':2}}", "two", false))
                .satisfies(refused -> {
                    assertThat(refused.failure().code()).isEqualTo(409);
                    assertThat(refused.failure().message())
                            .isEqualTo(
                                    "Apply failed with 1 conflict: conflict with \"one\" using apps/v1: .spec.replicas");
                    assertThat(refused.failure().causes().getFirst().reason()).isEqualTo("FieldManagerConflict");
                });
        ObjectNode forced = apply(Optional.of(first), "{'metadata':{'name':'a'},'spec':{'replicas':2}}", "two", true);
        assertThat(forced.path("spec").path("replicas").asInt()).isEqualTo(2);
        assertThat(forced.path("metadata").path("managedFields")).hasSize(1);
        ObjectNode shared = apply(Optional.of(first), "{'metadata':{'name':'a'},'spec':{'replicas':1}}", "two", false);
        assertThat(shared.path("metadata").path("managedFields"))
                .as("the same value is no conflict")
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"containers", "imagePullSecrets"})
    void of_a_hundred_items_that_are_wanted_no_more_none_is_left(String list) {
        StringJoiner items = new StringJoiner(",");
        for (int i = 0; i < 100; i++) {
            items.add("{'name':'item-%d','image':'i','ports':[{'containerPort':%d,'name':'p'}]}".formatted(i, i + 1));
        }
        String wanted = "{'metadata':{'name':'a'},'spec':{'%s':[{'name':'stays'}%s]}}";
        ObjectNode first = apply(Optional.empty(), wanted.formatted(list, "," + items), "kubectl", false);
        ObjectNode second = apply(Optional.of(first), wanted.formatted(list, ""), "kubectl", false);
        assertThat(withoutManagers(second)).isEqualTo(json(wanted.formatted(list, "")));
    }

    @Test
    void an_object_that_is_wanted_no_more_stays_while_others_own_fields_in_it() {
        ObjectNode first = apply(Optional.empty(), "{'metadata':{'name':'a'},'spec':{'resources':{}}}", "one", false);
        String limits = "{'metadata':{'name':'a'},'spec':{'resources':{'limits':{'cpu':'1'}}}}";
        ObjectNode shared = apply(Optional.of(first), limits, "two", false);
        ObjectNode left = apply(Optional.of(shared), "{'metadata':{'name':'a'}}", "one", false);
        assertThat(withoutManagers(left)).isEqualTo(json(limits));
        ObjectNode filled = apply(Optional.of(first), limits, "one", false);
        assertThat(withoutManagers(filled)).as("its own fields are fields, too").isEqualTo(json(limits));
    }

    @Test
    void an_empty_object_has_no_conflict_with_what_is_there() {
        String wanted = "{'metadata':{'name':'a'},'spec':{'strategy':{},'imagePullSecrets':[]}}";
        ObjectNode first = apply(Optional.empty(), wanted, "one", false);
        ObjectNode filled = first.deepCopy();
        Json.child(Json.child(filled, "spec"), "strategy").put("type", "RollingUpdate");
        Json.child(filled, "spec").putArray("imagePullSecrets").addObject().put("name", "key");
        ObjectNode second = apply(Optional.of(filled), wanted, "two", false);
        assertThat(withoutManagers(second)).isEqualTo(withoutManagers(filled));
        assertThat(second.path("metadata").path("managedFields")).hasSize(2);
    }

    /** @param size that copies may have together, in bytes */
    private static JsonNode patched(String target, String patch, long size) {
        return Patches.json(json(target), json(patch), size);
    }

    @Test
    void copies_of_a_json_patch_are_made_as_long_as_they_are_of_the_size_of_an_object() {
        String copies =
                "[{'op':'copy','from':'/a','path':'/b'},{'op':'replace','path':'/b/x','value':2},{'op':'copy','from':'/b','path':'/list/0'},{'op':'copy','from':'','path':'/a/whole'}]";
        assertThat(patched("{'a':{'x':1},'list':[]}", copies, 100))
                .isEqualTo(
                        json(
                                "{'a':{'x':1,'whole':{'a':{'x':1},'list':[{'x':2}],'b':{'x':2}}},'list':[{'x':2}],'b':{'x':2}}"));
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> patched("{'a':{'x':1},'list':[]}", copies, 20))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(413));
    }

    @Test
    void a_json_patch_that_would_double_an_object_again_and_again_is_refused() {
        StringJoiner doubling = new StringJoiner(",", "[", "]");
        for (int i = 0; i < 60; i++) {
            doubling.add("{'op':'" + (i % 2 == 0 ? "copy" : "COPY") + "','from':'/data','path':'/data/k" + i + "'}");
        }
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> patched("{'data':{'a':'b'}}", doubling.toString(), 512 * 1024))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(413));
        String one = "{'op':'copy','from':'/a','path':'/b'}";
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> patched("{'a':1}", "[" + one + ("," + one).repeat(1000) + "]", 512 * 1024))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(413));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/list/7", "a", "/a/b/c", "/list/-", "/list/x", ""})
    void a_copy_of_what_is_not_there_or_into_nowhere_is_refused(String path) {
        String copy = "[{'op':'copy','from':'%s','path':'/b'},{'op':'copy','path':'/b'}]";
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> patched("{'a':1,'list':[1]}", copy.formatted(path), 1000))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(422));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'op':'add','path':'a','value':1}",
                "{'op':'remove','path':'/list/x'}",
                "{'op':'add','path':'/list/01','value':1}",
                "{'op':'replace','path':'/list/-','value':1}",
                "{'op':'add','path':'/list/99999999999','value':1}",
                "{'op':'test','path':7,'value':1}",
                "{'op':'add','path':'/a/~2','value':1}",
                "{'op':7,'path':'/a','value':1}",
                "{'op':'add','path':'/a'}",
                "{'op':'move','from':'/list','path':'/list/0'}",
                "{'op':'grow','path':'/a'}",
                "{}",
                "7",
                "null"
            })
    void a_json_patch_that_makes_no_sense_is_refused(String step) {
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> patched("{'a':1,'list':[1]}", "[" + step + "]", 1000))
                .satisfies(refused -> assertThat(refused.failure().code()).isEqualTo(422));
    }
}
