package io.quorate.control.objects;

import static io.quorate.control.resource.ResourceTypes.POD;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.objects.ObjectBook.Answer;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import org.junit.jupiter.api.Test;

/** A pod is put on a node once. */
class BindingsTest {
    private final ObjectBook book = ObjectBook.founded();

    private Answer bind(String pod, String node) {
        return bind(pod, "", node, book.request());
    }

    private Answer bind(String pod, String uid, String node, Request request) {
        return book.ask(new ObjectCommand.Bind(ObjectBook.key(POD, pod), uid, node, request));
    }

    private String home(String pod) {
        return Json.at(book.get(POD, pod), "spec.nodeName").asText();
    }

    @Test
    void a_binding_names_the_node_and_says_that_the_pod_is_scheduled() {
        book.create(POD, ObjectBook.pod("x", ""));
        Answer bound = bind("x", "k8s-1");
        assertThat(bound.code()).isEqualTo(201);
        assertThat(bound.at("status")).isEqualTo("Success");
        assertThat(home("x")).isEqualTo("k8s-1");
        assertThat(Json.at(book.get(POD, "x"), "status.conditions")
                        .get(0)
                        .path("type")
                        .asText())
                .isEqualTo("PodScheduled");
        assertThat(book.state().get(ObjectBook.key(POD, "x")).orElseThrow().field("spec.nodeName"))
                .isEqualTo("k8s-1");
    }

    @Test
    void the_second_one_is_a_conflict() {
        book.create(POD, ObjectBook.pod("x", ""));
        bind("x", "k8s-1");
        Answer again = bind("x", "k8s-2");
        assertThat(again.code()).isEqualTo(409);
        assertThat(again.reason()).isEqualTo("Conflict");
        assertThat(again.message())
                .isEqualTo(
                        "Operation cannot be fulfilled on pods/binding \"x\": pod x is already assigned to node \"k8s-1\"");
        assertThat(home("x")).isEqualTo("k8s-1");
    }

    @Test
    void what_is_to_end_waits_for_something_or_is_another_is_not_bound() {
        book.create(
                POD, ObjectBook.pod("gated", "").replace("'spec':{", "'spec':{'schedulingGates':[{'name':'a/b'}],"));
        assertThat(bind("gated", "k8s-1").message()).contains("pod gated has non-empty .spec.schedulingGates");
        book.create(POD, ObjectBook.pod("ending", "").replace("'labels'", "'finalizers':['a/b'],'labels'"));
        book.delete(POD, "ending");
        assertThat(bind("ending", "k8s-1").message())
                .contains("pod ending is being deleted, cannot be assigned to a host");
        book.create(POD, ObjectBook.pod("x", ""));
        assertThat(bind("x", "another", "k8s-1", book.request()).code()).isEqualTo(409);
        assertThat(bind("x", "").code()).isEqualTo(422);
        assertThat(bind("nobody", "k8s-1").code()).isEqualTo(404);
    }

    @Test
    void a_dry_run_binds_nothing() {
        book.create(POD, ObjectBook.pod("x", ""));
        assertThat(bind("x", "", "k8s-1", book.request(true, Request.FieldValidation.WARN))
                        .code())
                .isEqualTo(201);
        assertThat(home("x")).isEmpty();
    }

    @Test
    void a_pod_bears_a_node_that_is_away_for_five_minutes_unless_it_says_otherwise() {
        book.create(POD, ObjectBook.pod("x", ""));
        assertThat(Json.at(book.get(POD, "x"), "spec.tolerations").toString())
                .isEqualTo(
                        "[{\"key\":\"node.kubernetes.io/not-ready\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300},"
                                + "{\"key\":\"node.kubernetes.io/unreachable\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300}]");
        book.create(POD, ObjectBook.pod("y", "").replace("'spec':{", "'spec':{'tolerations':[{'operator':'Exists'}],"));
        assertThat(Json.at(book.get(POD, "y"), "spec.tolerations")).hasSize(1);
    }

    @Test
    void a_gated_pod_is_bound_when_its_gates_are_taken_away_and_gets_no_new_one() {
        book.create(
                POD,
                ObjectBook.pod("gated", "")
                        .replace("'spec':{", "'spec':{'schedulingGates':[{'name':'a/b'},{'name':'a/c'}],"));
        Answer one = book.patch(POD, "gated", PatchKind.JSON, "[{'op':'remove','path':'/spec/schedulingGates/0'}]");
        assertThat(one.code()).as(one.message()).isEqualTo(200);
        Answer added = book.patch(POD, "gated", PatchKind.STRATEGIC, "{'spec':{'schedulingGates':[{'name':'a/d'}]}}");
        assertThat(added.code()).isEqualTo(422);
        assertThat(added.message())
                .isEqualTo(
                        "Pod \"gated\" is invalid: spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found"
                                + " new scheduling gate 'a/d'");
        Answer none = book.patch(POD, "gated", PatchKind.MERGE, "{'spec':{'schedulingGates':null}}");
        assertThat(none.code()).as(none.message()).isEqualTo(200);
        assertThat(bind("gated", "k8s-1").code()).isEqualTo(201);
        assertThat(book.patch(POD, "gated", PatchKind.MERGE, "{'spec':{'schedulingGates':[{'name':'a/b'}]}}")
                        .code())
                .isEqualTo(422);
    }
}
