package io.quorate.control.objects;

import static io.quorate.control.objects.ObjectBook.configMap;
import static io.quorate.control.objects.ObjectBook.deployment;
import static io.quorate.control.objects.ObjectBook.key;
import static io.quorate.control.objects.ObjectBook.pod;
import static io.quorate.control.resource.ResourceTypes.CONFIG_MAP;
import static io.quorate.control.resource.ResourceTypes.DEPLOYMENT;
import static io.quorate.control.resource.ResourceTypes.NAMESPACE;
import static io.quorate.control.resource.ResourceTypes.NODE;
import static io.quorate.control.resource.ResourceTypes.POD;
import static io.quorate.control.resource.ResourceTypes.SECRET;
import static io.quorate.control.resource.ResourceTypes.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quorate.control.objects.ObjectBook.Answer;
import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.Json;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApiObjectsTest {
    private final ObjectBook book = ObjectBook.founded();

    @Test
    void a_founded_cluster_has_the_namespaces_that_every_cluster_has_and_is_founded_once() {
        assertThat(book.state.list(NAMESPACE, "", ""))
                .extracting(each -> each.key().name())
                .isEqualTo(ObjectState.FOUNDED);
        assertThat(book.state.isFounded()).isTrue();
        assertThat(book.rules.holdsNothing(book.state)).isTrue();
        long version = book.state.version();
        book.ask(new ObjectCommand.Found(ObjectState.FOUNDED, book.request()));
        assertThat(book.state.version()).isEqualTo(version);
    }

    @Test
    void what_is_created_has_a_uid_a_version_a_time_and_its_defaults() {
        Answer created = book.create(DEPLOYMENT, deployment("web"));
        assertThat(created.code()).as(created.message()).isEqualTo(201);
        assertThat(created.at("metadata.namespace")).isEqualTo("default");
        assertThat(created.at("metadata.uid")).hasSize(36);
        assertThat(created.at("metadata.creationTimestamp")).endsWith("Z");
        assertThat(created.at("metadata.generation")).isEqualTo("1");
        assertThat(created.at("metadata.resourceVersion")).isEqualTo(Long.toString(book.state.version()));
        assertThat(created.at("spec.strategy.type")).isEqualTo("RollingUpdate");
        assertThat(created.at("spec.strategy.rollingUpdate.maxSurge")).isEqualTo("25%");
        assertThat(created.body().has("status")).isFalse();
        assertThat(created.body().toString()).doesNotContain("null");
        assertThat(book.get(DEPLOYMENT, "web")).isEqualTo(created.body());
        assertThat(book.rules.holdsNothing(book.state)).isFalse();
    }

    @Test
    void versions_are_one_counter_for_all_types_without_gaps() {
        book.create(DEPLOYMENT, deployment("web"));
        book.create(CONFIG_MAP, configMap("one", "1"));
        book.delete(CONFIG_MAP, "one");
        assertThat(book.events)
                .extracting(event -> event.object().version())
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void a_name_is_taken_once_and_made_where_only_its_beginning_is_given() {
        book.create(CONFIG_MAP, configMap("one", "1"));
        Answer again = book.create(CONFIG_MAP, configMap("one", "2"));
        assertThat(again.code()).isEqualTo(409);
        assertThat(again.reason()).isEqualTo("AlreadyExists");
        assertThat(again.message()).isEqualTo("configmaps \"one\" already exists");
        Answer made = book.create(CONFIG_MAP, "{'metadata':{'generateName':'drawn-'}}");
        assertThat(made.at("metadata.name")).matches("drawn-[a-z0-9]{5}");
    }

    @Test
    void an_unknown_field_is_refused_told_or_passed_over() {
        String object = "{'metadata':{'name':'%s'},'spec':{'ports':[{'port':80}],'clusterIp':'x'}}";
        Answer strict = book.create(SERVICE, object.formatted("a"));
        assertThat(strict.code()).isEqualTo(400);
        assertThat(strict.message())
                .isEqualTo(
                        "Service in version \"v1\" cannot be handled as a Service: strict decoding error: unknown field"
                                + " \"spec.clusterIp\"");
        Answer warned = book.create(SERVICE, object.formatted("b"), book.request(false, Request.FieldValidation.WARN));
        assertThat(warned.code()).isEqualTo(201);
        assertThat(warned.warnings()).containsExactly("unknown field \"spec.clusterIp\"");
        Answer ignored =
                book.create(SERVICE, object.formatted("c"), book.request(false, Request.FieldValidation.IGNORE));
        assertThat(ignored.warnings()).isEmpty();
    }

    @Test
    void a_field_of_a_wrong_type_is_always_refused() {
        Answer answer = book.create(
                SERVICE,
                "{'metadata':{'name':'a'},'spec':{'ports':[{'port':'eighty'}]}}",
                book.request(false, Request.FieldValidation.IGNORE));
        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.message())
                .contains(
                        "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32");
    }

    @Test
    void a_namespace_must_be_there_and_stay() {
        Answer nowhere =
                book.ask(new ObjectCommand.Create("pods", "nowhere", ObjectBook.bytes(pod("a", "")), book.request()));
        assertThat(nowhere.code()).isEqualTo(404);
        assertThat(nowhere.message()).isEqualTo("namespaces \"nowhere\" not found");
        book.create(NAMESPACE, "{'metadata':{'name':'going'}}");
        book.ask(new ObjectCommand.Create("pods", "going", ObjectBook.bytes(pod("a", "")), book.request()));
        book.delete(NAMESPACE, "going");
        Answer late =
                book.ask(new ObjectCommand.Create("pods", "going", ObjectBook.bytes(pod("b", "")), book.request()));
        assertThat(late.code()).isEqualTo(403);
        assertThat(late.message()).contains("because it is being terminated");
        assertThat(book.delete(NAMESPACE, "default").message())
                .isEqualTo("namespaces \"default\" is forbidden: this namespace may not be deleted");
        book.ask(new ObjectCommand.Empty("going", book.request()));
        assertThat(book.has(NAMESPACE, "going")).isFalse();
        assertThat(book.state.list(POD, "going", "")).isEmpty();
    }

    @Test
    void who_read_an_older_version_writes_nothing() {
        book.create(CONFIG_MAP, configMap("one", "1"));
        String version = book.get(CONFIG_MAP, "one")
                .path("metadata")
                .path("resourceVersion")
                .asText();
        String with = "{'metadata':{'name':'one','resourceVersion':'" + version + "'},'data':{'key':'%s'}}";
        assertThat(book.update(CONFIG_MAP, "one", with.formatted("2")).code()).isEqualTo(200);
        Answer stale = book.update(CONFIG_MAP, "one", with.formatted("3"));
        assertThat(stale.code()).isEqualTo(409);
        assertThat(stale.reason()).isEqualTo("Conflict");
        assertThat(stale.message())
                .isEqualTo(
                        "Operation cannot be fulfilled on configmaps \"one\": the object has been modified; please apply"
                                + " your changes to the latest version and try again");
        assertThat(Json.at(book.get(CONFIG_MAP, "one"), "data.key").asText()).isEqualTo("2");
    }

    @Test
    void a_write_that_changes_nothing_is_no_event() {
        book.create(DEPLOYMENT, deployment("web"));
        long version = book.state.version();
        assertThat(book.update(DEPLOYMENT, "web", deployment("web")).code()).isEqualTo(200);
        assertThat(book.patch(DEPLOYMENT, "web", PatchKind.MERGE, "{}").code()).isEqualTo(200);
        assertThat(book.state.version()).isEqualTo(version);
    }

    @Test
    void the_generation_counts_changes_of_what_is_wanted_only() {
        book.create(DEPLOYMENT, deployment("web"));
        book.patch(DEPLOYMENT, "web", PatchKind.MERGE, "{'metadata':{'labels':{'tier':'gold'}}}");
        book.patch(DEPLOYMENT, "web", "status", PatchKind.MERGE, "{'status':{'replicas':1}}");
        assertThat(Json.at(book.get(DEPLOYMENT, "web"), "metadata.generation").asInt())
                .isEqualTo(1);
        book.patch(DEPLOYMENT, "web", PatchKind.MERGE, "{'spec':{'replicas':3},'status':{'replicas':9}}");
        assertThat(Json.at(book.get(DEPLOYMENT, "web"), "metadata.generation").asInt())
                .isEqualTo(2);
        assertThat(Json.at(book.get(DEPLOYMENT, "web"), "status.replicas").asInt())
                .isEqualTo(1);
    }

    @Test
    void a_status_is_written_at_its_own_path_and_nothing_else_is() {
        book.create(DEPLOYMENT, deployment("web"));
        book.patch(DEPLOYMENT, "web", "status", PatchKind.MERGE, "{'spec':{'replicas':7},'status':{'replicas':1}}");
        assertThat(Json.at(book.get(DEPLOYMENT, "web"), "spec.replicas").asInt())
                .isEqualTo(1);
        assertThat(Json.at(book.get(DEPLOYMENT, "web"), "status.replicas").asInt())
                .isEqualTo(1);
    }

    @Test
    void a_scale_changes_the_replicas() {
        book.create(DEPLOYMENT, deployment("web"));
        Answer scaled = book.patch(DEPLOYMENT, "web", "scale", PatchKind.MERGE, "{'spec':{'replicas':4}}");
        assertThat(scaled.at("kind")).isEqualTo("Scale");
        assertThat(scaled.at("spec.replicas")).isEqualTo("4");
        assertThat(scaled.at("status.selector")).isEqualTo("app=web");
        assertThat(Json.at(book.get(DEPLOYMENT, "web"), "spec.replicas").asInt())
                .isEqualTo(4);
        assertThat(book.patch(DEPLOYMENT, "web", "scale", PatchKind.MERGE, "{'spec':{'replicas':-1}}")
                        .code())
                .isEqualTo(422);
    }

    @Test
    void a_dry_run_answers_as_if_and_stores_nothing() {
        long version = book.state.version();
        Request dry = book.request(true, Request.FieldValidation.STRICT);
        assertThat(book.create(DEPLOYMENT, deployment("web"), dry).code()).isEqualTo(201);
        assertThat(book.state.version()).isEqualTo(version);
        book.create(DEPLOYMENT, deployment("web"));
        Answer would = book.ask(new ObjectCommand.Patch(
                key(DEPLOYMENT, "web"), "", PatchKind.MERGE, ObjectBook.bytes("{'spec':{'replicas':2}}"), false, dry));
        assertThat(would.at("metadata.generation")).isEqualTo("2");
        assertThat(Json.at(book.get(DEPLOYMENT, "web"), "spec.replicas").asInt())
                .isEqualTo(1);
    }

    @Test
    void what_is_deleted_is_gone_and_its_last_form_is_kept() {
        book.create(CONFIG_MAP, configMap("one", "1"));
        String uid = book.state.get(key(CONFIG_MAP, "one")).orElseThrow().uid();
        Answer answer = book.delete(CONFIG_MAP, "one");
        assertThat(answer.at("status")).isEqualTo("Success");
        assertThat(answer.at("details.uid")).isEqualTo(uid);
        assertThat(book.has(CONFIG_MAP, "one")).isFalse();
        assertThat(book.events.getLast()).isInstanceOf(ObjectEvent.Deleted.class);
        assertThat(book.events.getLast().object().version()).isEqualTo(book.state.version());
        assertThat(book.delete(CONFIG_MAP, "one").message()).isEqualTo("configmaps \"one\" not found");
    }

    @Test
    void what_is_being_deleted_gets_no_new_finalizer() {
        book.create(CONFIG_MAP, "{'metadata':{'name':'kept','finalizers':['example.com/one','example.com/two']}}");
        book.delete(CONFIG_MAP, "kept");
        assertThat(book.patch(
                                CONFIG_MAP,
                                "kept",
                                PatchKind.JSON,
                                "[{'op':'add','path':'/metadata/finalizers/-','value':'example.com/three'}]")
                        .message())
                .contains("no new finalizers can be added if the object is being deleted")
                .contains("[example.com/three]");
        book.patch(CONFIG_MAP, "kept", PatchKind.JSON, "[{'op':'remove','path':'/metadata/finalizers/0'}]");
        assertThat(book.state.get(key(CONFIG_MAP, "kept")).orElseThrow().finalizers())
                .containsExactly("example.com/two");
    }

    @Test
    void an_object_with_a_finalizer_goes_when_the_last_one_is_taken_away() {
        book.create(CONFIG_MAP, "{'metadata':{'name':'kept','finalizers':['example.com/hold']}}");
        Answer marked = book.delete(CONFIG_MAP, "kept");
        assertThat(marked.at("metadata.deletionTimestamp")).isNotEmpty();
        assertThat(book.has(CONFIG_MAP, "kept")).isTrue();
        book.patch(CONFIG_MAP, "kept", PatchKind.JSON, "[{'op':'remove','path':'/metadata/finalizers'}]");
        assertThat(book.has(CONFIG_MAP, "kept")).isFalse();
    }

    @Test
    void a_pod_on_a_node_has_time_to_end_and_one_without_goes_at_once() {
        book.create(POD, pod("here", "n1"));
        book.create(POD, pod("nowhere", ""));
        assertThat(book.delete(POD, "nowhere").at("status")).isEqualTo("Success");
        assertThat(book.delete(POD, "here").at("metadata.deletionGracePeriodSeconds"))
                .isEqualTo("30");
        long version = book.state.version();
        assertThat(book.delete(POD, "here").code()).isEqualTo(200);
        assertThat(book.state.version()).as("asked again nothing changes").isEqualTo(version);
        Answer forced = book.ask(
                new ObjectCommand.Delete(key(POD, "here"), new DeleteOptions(Optional.of(0L), "", ""), book.request()));
        assertThat(forced.at("status")).isEqualTo("Success");
        assertThat(book.has(POD, "here")).isFalse();
    }

    private void owned(String name, String owner) {
        book.create(
                CONFIG_MAP,
                "{'metadata':{'name':'%s','ownerReferences':[{'apiVersion':'v1','kind':'ConfigMap','name':'%s','uid':'%s'}]}}"
                        .formatted(
                                name,
                                owner,
                                book.state
                                        .get(key(CONFIG_MAP, owner))
                                        .orElseThrow()
                                        .uid()));
    }

    private Answer delete(String name, Propagation propagation) {
        return book.ask(new ObjectCommand.Delete(
                key(CONFIG_MAP, name),
                new DeleteOptions(Optional.empty(), "", "", Optional.of(propagation)),
                book.request()));
    }

    @Test
    void the_state_knows_who_has_an_owner_until_it_has_none() {
        book.create(CONFIG_MAP, configMap("one", "1"));
        owned("b", "one");
        owned("a", "one");
        String uid = book.state.get(key(CONFIG_MAP, "one")).orElseThrow().uid();
        assertThat(book.state.dependents(uid))
                .extracting(each -> each.key().name())
                .containsExactly("a", "b");
        book.patch(CONFIG_MAP, "a", PatchKind.JSON, "[{'op':'remove','path':'/metadata/ownerReferences'}]");
        book.delete(CONFIG_MAP, "b");
        assertThat(book.state.hasDependents(uid)).isFalse();
    }

    @Test
    void an_owner_that_is_to_go_last_or_alone_waits_until_that_is_done() {
        book.create(CONFIG_MAP, configMap("one", "1"));
        owned("child", "one");
        delete("one", Propagation.FOREGROUND);
        assertThat(book.state.get(key(CONFIG_MAP, "one")).orElseThrow().finalizers())
                .containsExactly("foregroundDeletion");
        delete("one", Propagation.ORPHAN);
        assertThat(book.state.get(key(CONFIG_MAP, "one")).orElseThrow().finalizers())
                .as("the last word counts")
                .containsExactly("orphan");
        assertThat(delete("one", Propagation.BACKGROUND).at("status")).isEqualTo("Success");
        assertThat(book.has(CONFIG_MAP, "one")).isFalse();
    }

    @Test
    void who_owns_nothing_waits_for_nobody() {
        book.create(CONFIG_MAP, configMap("one", "1"));
        assertThat(delete("one", Propagation.FOREGROUND).at("status")).isEqualTo("Success");
    }

    @Test
    void a_pod_that_has_time_to_end_has_it_though_nobody_else_holds_it() {
        book.create(POD, pod("here", "n1").replace("'labels'", "'finalizers':['example.com/hold'],'labels'"));
        book.delete(POD, "here");
        book.patch(POD, "here", PatchKind.JSON, "[{'op':'remove','path':'/metadata/finalizers'}]");
        assertThat(book.has(POD, "here")).as("its node ends it").isTrue();
    }

    @Test
    void a_deletion_may_ask_for_one_object_and_no_other() {
        book.create(CONFIG_MAP, configMap("one", "1"));
        Answer other = book.ask(new ObjectCommand.Delete(
                key(CONFIG_MAP, "one"), new DeleteOptions(Optional.empty(), "another", ""), book.request()));
        assertThat(other.code()).isEqualTo(409);
        assertThat(other.message()).contains("Precondition failed: UID in precondition: another");
    }

    /** A ready pod of a set of "deployment". */
    private void serving(String name) {
        book.create(POD, pod(name, "n1").replace("'labels'", managed("set") + ",'labels'"));
        book.ask(new ObjectCommand.Patch(
                key(POD, name),
                "status",
                PatchKind.MERGE,
                ObjectBook.bytes("{'status':{'phase':'Running','conditions':[{'type':'Ready','status':'True'}]}}"),
                false,
                book.request()));
    }

    private String managed(String by) {
        String uid = book.state.get(key(CONFIG_MAP, by)).orElseThrow().uid();
        return "'ownerReferences':[{'apiVersion':'v1','kind':'ConfigMap','name':'" + by + "','uid':'" + uid
                + "','controller':true}]";
    }

    @Test
    void a_ready_pod_stays_where_too_few_others_of_its_deployment_are_ready_by_then() {
        book.create(CONFIG_MAP, configMap("deployment", "1"));
        book.create(CONFIG_MAP, "{'metadata':{'name':'set'," + managed("deployment") + "}}");
        for (String name : List.of("one", "two", "three")) {
            serving(name);
        }
        String deployment =
                book.state.get(key(CONFIG_MAP, "deployment")).orElseThrow().uid();
        DeleteOptions keepsTwo = new DeleteOptions(
                Optional.empty(), "", "", Optional.empty(), Optional.of(new ReadyFloor(deployment, 2)));
        assertThat(book.ask(new ObjectCommand.Delete(key(POD, "one"), keepsTwo, book.request()))
                        .code())
                .isEqualTo(200);
        Answer second = book.ask(new ObjectCommand.Delete(key(POD, "two"), keepsTwo, book.request()));
        assertThat(second.code()).isEqualTo(409);
        assertThat(second.message()).contains("fewer than 3 pods of its deployment are ready");
        assertThat(book.ask(new ObjectCommand.Delete(key(POD, "one"), keepsTwo, book.request()))
                        .code())
                .as("one that ends already may be told again")
                .isEqualTo(200);
    }

    @Test
    void a_collection_is_deleted_in_steps_of_a_size_that_the_journal_takes() {
        for (int i = 0; i < 300; i++) {
            book.create(CONFIG_MAP, configMap("many-" + i, "x"));
        }
        book.create(CONFIG_MAP, "{'metadata':{'name':'other','labels':{'keep':'yes'}}}");
        ObjectCommand all = new ObjectCommand.DeleteCollection(
                "configmaps", "default", "!keep", "", DeleteOptions.DEFAULT, book.request());
        assertThat(book.ask(all).more()).isTrue();
        assertThat(book.ask(all).more()).isFalse();
        assertThat(book.state.list(CONFIG_MAP, "default", ""))
                .extracting(each -> each.key().name())
                .containsExactly("other");
    }

    @Test
    void a_service_gets_an_address_and_ports_that_nobody_else_has() {
        String object = "{'metadata':{'name':'%s'},'spec':{'type':'NodePort','ports':[{'port':80}]}}";
        Answer one = book.create(SERVICE, object.formatted("one"));
        Answer two = book.create(SERVICE, object.formatted("two"));
        assertThat(one.at("spec.clusterIP")).startsWith("127.152.").isNotEqualTo(two.at("spec.clusterIP"));
        int port = one.body().path("spec").path("ports").get(0).path("nodePort").asInt();
        assertThat(port).isBetween(30_000, 32_767);
        Answer taken = book.create(
                SERVICE,
                "{'metadata':{'name':'three'},'spec':{'type':'NodePort','ports':[{'port':80,'nodePort':" + port
                        + "}]}}");
        assertThat(taken.message()).contains("provided port is already allocated");
        assertThat(book.update(SERVICE, "one", object.formatted("one")).at("spec.clusterIP"))
                .isEqualTo(one.at("spec.clusterIP"));
    }

    @Test
    void a_secret_keeps_no_plain_text() {
        Answer answer = book.create(SECRET, "{'metadata':{'name':'s'},'stringData':{'password':'hunter2'}}");
        assertThat(answer.at("type")).isEqualTo("Opaque");
        assertThat(answer.at("data.password")).isEqualTo("aHVudGVyMg==");
        assertThat(answer.body().has("stringData")).isFalse();
    }

    @Test
    void a_node_is_as_the_cluster_reports_it_and_keeps_what_clients_have_set() {
        String facts =
                "{'metadata':{'labels':{'node-role.kubernetes.io/control-plane':''}},'status':{'conditions':[{'type':'Ready','status':'%s'}]}}";
        report(facts.formatted("True"));
        book.patch(
                NODE,
                "n1",
                PatchKind.STRATEGIC,
                "{'metadata':{'labels':{'disk':'ssd'}},'spec':{'unschedulable':true}}");
        long version = book.state.version();
        report(facts.formatted("True"));
        assertThat(book.state.version()).as("nothing new is no event").isEqualTo(version);
        report(facts.formatted("Unknown"));
        assertThat(Json.at(book.get(NODE, "n1"), "spec.unschedulable").asBoolean())
                .isTrue();
        assertThat(Json.at(book.get(NODE, "n1"), "metadata.labels.disk").asText())
                .isEqualTo("ssd");
        assertThat(book.get(NODE, "n1")
                        .path("status")
                        .path("conditions")
                        .get(0)
                        .path("status")
                        .asText())
                .isEqualTo("Unknown");
    }

    private void report(String facts) {
        book.ask(new ObjectCommand.Report("n1", ObjectBook.bytes(facts), book.request()));
    }

    @Test
    void changes_after_a_version_are_there_as_long_as_the_state_holds_them() {
        long before = book.state.version();
        book.create(CONFIG_MAP, configMap("one", "1"));
        book.update(CONFIG_MAP, "one", configMap("one", "2"));
        book.delete(CONFIG_MAP, "one");
        List<Change> changes = List.copyOf(book.state.changesAfter(before).orElseThrow());
        assertThat(changes).extracting(Change::version).containsExactly(before + 1, before + 2, before + 3);
        assertThat(changes).extracting(change -> change.before().isPresent()).containsExactly(false, true, true);
        assertThat(changes.getLast().deleted()).isTrue();
        assertThat(book.state.changesAfter(book.state.version()).orElseThrow()).isEmpty();
        for (int i = 0; i <= Changes.MAX; i++) {
            book.update(CONFIG_MAP, i == 0 ? "none" : "two", configMap("two", "v" + i));
            if (i == 0) {
                book.create(CONFIG_MAP, configMap("two", "new"));
            }
        }
        assertThat(book.state.changesAfter(before)).isEmpty();
        assertThat(book.state.changesAfter(book.state.version() - Changes.MAX).orElseThrow())
                .hasSize(Changes.MAX);
    }

    @Test
    void a_list_is_in_order_of_namespace_and_name_and_goes_on_after_a_place() {
        for (String name : List.of("b", "a-1", "a")) {
            book.create(CONFIG_MAP, configMap(name, "1"));
        }
        book.ask(new ObjectCommand.Create(
                "configmaps", "kube-system", ObjectBook.bytes(configMap("z", "1")), book.request()));
        assertThat(book.state.list(CONFIG_MAP, "default", ""))
                .extracting(each -> each.key().name())
                .containsExactly("a", "a-1", "b");
        assertThat(book.state.list(CONFIG_MAP, "default", "default/a"))
                .extracting(each -> each.key().name())
                .containsExactly("a-1", "b");
        assertThat(book.state.list(CONFIG_MAP, "", "default/b"))
                .extracting(each -> each.key().name())
                .containsExactly("z");
    }

    @Test
    void a_namespace_that_somebody_holds_stays_when_it_is_empty_until_the_last_one_lets_it_go() {
        book.create(NAMESPACE, "{'metadata':{'name':'held','finalizers':['example.com/one','example.com/two']}}");
        book.ask(new ObjectCommand.Create("pods", "held", ObjectBook.bytes(pod("a", "")), book.request()));
        book.delete(NAMESPACE, "held");
        book.ask(new ObjectCommand.Empty("held", book.request()));
        assertThat(book.state.list(POD, "held", "")).isEmpty();
        book.patch(NAMESPACE, "held", PatchKind.JSON, "[{'op':'remove','path':'/metadata/finalizers/0'}]");
        book.ask(new ObjectCommand.Empty("held", book.request()));
        assertThat(Json.at(book.get(NAMESPACE, "held"), "status.phase").asText())
                .isEqualTo("Terminating");
        book.patch(NAMESPACE, "held", PatchKind.JSON, "[{'op':'remove','path':'/metadata/finalizers'}]");
        book.ask(new ObjectCommand.Empty("held", book.request()));
        assertThat(book.has(NAMESPACE, "held")).isFalse();
    }

    private Answer apply(String manager, String subresource, String json) {
        Request request = book.request();
        return book.ask(new ObjectCommand.Patch(
                key(DEPLOYMENT, "web"),
                subresource,
                PatchKind.APPLY,
                ObjectBook.bytes(json),
                false,
                new Request(
                        request.by(),
                        manager,
                        false,
                        request.fields(),
                        request.nowMillis(),
                        request.uid(),
                        request.suffix())));
    }

    @Test
    void what_kubectl_makes_of_a_deployment_is_applied_by_one_after_the_other() {
        assertThat(apply("one", "", deployment("web")).code()).isEqualTo(201);
        book.patch(DEPLOYMENT, "web", "status", PatchKind.MERGE, "{'status':{'replicas':1}}");
        Answer second = apply("two", "", deployment("web"));
        assertThat(second.code()).as(second.message()).isEqualTo(200);
        assertThat(second.at("spec.strategy.type")).isEqualTo("RollingUpdate");
        assertThat(second.at("status.replicas")).isEqualTo("1");
        assertThat(Json.at(second.body(), "metadata.managedFields"))
                .hasSize(2)
                .noneMatch(each -> each.path("fieldsV1").has("f:status"));
    }

    @Test
    void who_applies_a_status_and_the_object_owns_both() {
        String status = "{'metadata':{'name':'web'},'spec':{'replicas':7},'status':{'replicas':%d}}";
        assertThat(apply("one", "status", status.formatted(1)).code())
                .as("there is none yet")
                .isEqualTo(404);
        apply("one", "", deployment("web"));
        assertThat(apply("one", "status", status.formatted(1)).at("spec.replicas"))
                .isEqualTo("1");
        apply("one", "", deployment("web").replace("'replicas':1,", ""));
        Answer both = apply("one", "status", status.formatted(2));
        assertThat(both.at("status.replicas")).isEqualTo("2");
        assertThat(both.at("spec.template.spec.containers")).isEmpty();
        assertThat(Json.at(both.body(), "spec.template.spec.containers")).hasSize(1);
        JsonNode managers = Json.at(both.body(), "metadata.managedFields");
        assertThat(managers)
                .extracting(each -> each.path("subresource").asText())
                .containsExactly("", "status");
        assertThat(Json.at(managers.get(0), "fieldsV1").has("f:status")).isFalse();
        assertThat(Json.at(managers.get(0), "fieldsV1.f:spec").has("f:template"))
                .isTrue();
        assertThat(Json.at(managers.get(1), "fieldsV1").toString()).isEqualTo("{\"f:status\":{\"f:replicas\":{}}}");
    }

    @Test
    void a_patch_does_not_make_an_object_of_another_kind() {
        book.create(CONFIG_MAP, configMap("one", "1"));
        long version = book.state.version();
        for (PatchKind kind : List.of(PatchKind.MERGE, PatchKind.STRATEGIC)) {
            assertThat(book.patch(CONFIG_MAP, "one", kind, "{'kind':'Secret'}").code())
                    .isEqualTo(400);
            assertThat(book.patch(CONFIG_MAP, "one", kind, "{'apiVersion':'v2'}")
                            .message())
                    .isEqualTo("the API version in the data (v2) does not match the expected API version (v1)");
        }
        assertThat(book.patch(CONFIG_MAP, "one", PatchKind.JSON, "[{'op':'replace','path':'/kind','value':7}]")
                        .code())
                .isEqualTo(400);
        Answer without = book.patch(CONFIG_MAP, "one", PatchKind.MERGE, "{'kind':null,'apiVersion':null}");
        assertThat(without.code()).as("as with an update").isEqualTo(200);
        assertThat(without.at("kind")).isEqualTo("ConfigMap");
        assertThat(without.at("apiVersion")).isEqualTo("v1");
        assertThat(book.state.version()).isEqualTo(version);
    }
}
