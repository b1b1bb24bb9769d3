package io.quorate.control.schedule;

import static io.quorate.control.schedule.World.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.controller.Plan;
import io.quorate.control.objects.ObjectCommand;
import io.quorate.control.resource.Json;
import io.quorate.control.resource.ResourceTypes;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where pods go, and what is told of those that go nowhere. */
class SchedulerTest {
    private final World world = new World();
    private final Scheduler scheduler = new Scheduler();

    private static final String BIG = "'cpu':'4','memory':'8Gi','pods':'110'";

    private String message(String pod) {
        return world.condition(ResourceTypes.POD, pod, "PodScheduled")
                .path("message")
                .asText();
    }

    private void placedAt(String pod, String... nodes) {
        world.look(scheduler, key(pod));
        assertThat(world.home(pod)).as(message(pod)).isIn((Object[]) nodes);
    }

    private void waits(String pod, String message) {
        world.look(scheduler, key(pod));
        assertThat(world.home(pod)).isEmpty();
        assertThat(message(pod)).isEqualTo(message);
    }

    @Test
    void a_pod_is_bound_and_it_is_told() {
        world.node("k8s-1", "1", BIG);
        world.pod("x", "", "'cpu':'100m'");
        assertThat(world.concerned(scheduler)).containsExactly(key("x"));
        placedAt("x", "k8s-1");
        assertThat(world.condition(ResourceTypes.POD, "x", "PodScheduled")
                        .path("status")
                        .asText())
                .isEqualTo("True");
        assertThat(world.told("x")).containsExactly("Scheduled: Successfully assigned default/x to k8s-1");
        assertThat(world.look(scheduler, key("x"))).isEqualTo(Plan.REST);
    }

    @Test
    void one_that_fits_nowhere_says_why_in_kubernetes_words_and_says_it_once() {
        world.node("k8s-1", "", "'unschedulable':true", BIG);
        world.node("k8s-2", "2", "'cpu':'1','memory':'8Gi'");
        world.node("k8s-3", "3", "'cpu':'1','memory':'1Gi'");
        world.pod("x", "", "'cpu':'2','memory':'2Gi'");
        waits("x", "0/3 nodes are available: 1 Insufficient memory, 1 node(s) were unschedulable, 2 Insufficient cpu.");
        assertThat(world.condition(ResourceTypes.POD, "x", "PodScheduled")
                        .path("reason")
                        .asText())
                .isEqualTo("Unschedulable");
        assertThat(world.told("x")).singleElement().asString().startsWith("FailedScheduling: 0/3 nodes");
        assertThat(world.look(scheduler, key("x"))).isEqualTo(Plan.REST);
    }

    @Test
    void without_nodes_there_is_nothing_to_choose_from() {
        world.pod("x", "", "");
        waits("x", "no nodes available to schedule pods");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "''|'nodeSelector':{'disk':'ssd'}|node(s) didn't match Pod's node affinity/selector",
                "'taints':[{'key':'gpu','value':'yes','effect':'NoSchedule'}]|''|node(s) had untolerated taint {gpu: yes}",
                "'taints':[{'key':'out','effect':'NoExecute'}]|''|node(s) had untolerated taint {out: }",
                "''|'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'rank','operator':'Gt','values':['5']}]}]}}}|node(s) didn't match Pod's node affinity/selector",
                "''|'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'rack','whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'app':'x'}}}]|node(s) didn't match pod topology spread constraints (missing required label)",
                "''|'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'kubernetes.io/hostname','labelSelector':{'matchLabels':{'app':'db'}}}]}}|node(s) didn't match pod affinity rules"
            })
    void what_speaks_against_a_node_is_named(String node, String pod, String reason) {
        world.node("k8s-1", "'rank':'5'", plain(node), BIG);
        world.pod("x", plain(pod), "");
        waits("x", "0/1 nodes are available: 1 " + reason + ".");
    }

    private static String plain(String text) {
        return text.equals("''") ? "" : text;
    }

    @Test
    void taints_are_tolerated_by_those_that_say_so() {
        world.node("k8s-1", "", "'taints':[{'key':'gpu','value':'yes','effect':'NoSchedule'}]", BIG);
        world.pod("x", "'tolerations':[{'key':'gpu','operator':'Equal','value':'yes','effect':'NoSchedule'}]", "");
        world.pod("y", "'tolerations':[{'operator':'Exists'}]", "");
        placedAt("x", "k8s-1");
        placedAt("y", "k8s-1");
    }

    @Test
    void a_node_that_would_rather_not_is_the_last_choice() {
        world.node("k8s-1", "", "'taints':[{'key':'old','effect':'PreferNoSchedule'}]", BIG);
        world.node("k8s-2", "2", "'cpu':'500m','memory':'1Gi'");
        world.pod("x", "", "'cpu':'100m'");
        world.pod("y", "", "'cpu':'450m'");
        placedAt("x", "k8s-2");
        placedAt("y", "k8s-1");
    }

    @Test
    void a_node_that_is_not_ready_gets_nothing_even_before_its_taint_says_so() {
        world.node("k8s-1", "1", BIG);
        world.ready("k8s-1", "Unknown");
        world.pod("x", "", "");
        waits("x", "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.");
        world.ready("k8s-1", "True");
        assertThat(world.concerned(scheduler)).containsExactly(key("x"));
        placedAt("x", "k8s-1");
    }

    @Test
    void a_node_that_does_not_say_what_it_has_is_not_limited_but_for_what_nobody_else_has() {
        world.node("k8s-1", "1", "");
        world.pod("x", "", "'cpu':'64','memory':'1Ti'");
        placedAt("x", "k8s-1");
        world.pod("y", "", "'example.com/gpu':'1'");
        waits("y", "0/1 nodes are available: 1 Insufficient example.com/gpu.");
    }

    @Test
    void two_that_ask_at_once_do_not_get_the_same_room() {
        world.node("k8s-1", "1", "'cpu':'1','memory':'8Gi'");
        world.pod("x", "", "'cpu':'600m'");
        world.pod("y", "", "'cpu':'600m'");
        Plan first = world.plan(scheduler, key("x"));
        waits("y", "0/1 nodes are available: 1 Insufficient cpu.");
        first.commands().forEach(world::does);
        assertThat(world.home("x")).isEqualTo("k8s-1");
    }

    @Test
    void a_binding_that_was_refused_leaves_the_room_to_others() {
        world.node("k8s-1", "1", "'cpu':'1','memory':'8Gi'");
        world.pod("x", "", "'cpu':'600m'");
        world.pod("y", "", "'cpu':'600m'");
        world.plan(scheduler, key("x")); // never done: somebody was faster
        world.delete(ResourceTypes.POD, "x");
        placedAt("y", "k8s-1");
    }

    @Test
    void whoever_waits_is_looked_at_when_there_is_room_and_the_most_important_first() {
        world.node("k8s-1", "1", "'cpu':'1','memory':'8Gi'");
        world.pod("big", "", "'cpu':'900m'");
        placedAt("big", "k8s-1");
        world.pod("low", "", "'cpu':'900m'");
        world.pod("high", "'priority':100", "'cpu':'900m'");
        world.pod("huge", "'priority':1000", "'cpu':'8'");
        waits("low", "0/1 nodes are available: 1 Insufficient cpu.");
        waits("high", "0/1 nodes are available: 1 Insufficient cpu.");
        waits("huge", "0/1 nodes are available: 1 Insufficient cpu.");
        world.patch(ResourceTypes.POD, "big", "status", "{'status':{'phase':'Running'}}");
        assertThat(world.concerned(scheduler)).isEmpty();
        world.delete(ResourceTypes.POD, "big");
        assertThat(world.concerned(scheduler)).containsExactly(key("high"), key("low"));
    }

    @Test
    void a_port_of_the_node_is_taken_once() {
        world.node("k8s-1", "1", BIG);
        for (String name : new String[] {"x", "y"}) {
            world.does(new ObjectCommand.Create(
                    "pods",
                    "default",
                    """
                    {"metadata":{"name":"%s"},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"hostPort":80}]}]}}""".formatted(name).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                    new io.quorate.control.objects.Request(
                            "a",
                            "b",
                            false,
                            io.quorate.control.objects.Request.FieldValidation.IGNORE,
                            world.nowMillis,
                            "uid-" + name,
                            "abcde")));
        }
        placedAt("x", "k8s-1");
        waits("y", "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.");
    }

    private void cluster() {
        world.node("k8s-1", "a", BIG);
        world.node("k8s-2", "a", BIG);
        world.node("k8s-3", "b", BIG);
        world.node("k8s-4", "b", BIG);
    }

    private Map<String, Integer> spread(int pods, String spec) {
        Map<String, Integer> counts = new TreeMap<>();
        IntStream.range(0, pods).forEach(i -> {
            world.pod("p" + i, "'app':'web'", "owner-1", spec, "'cpu':'100m','memory':'64Mi'");
            world.look(scheduler, key("p" + i));
            counts.merge(world.home("p" + i), 1, Integer::sum);
        });
        return counts;
    }

    @Test
    void pods_of_one_owner_are_spread_over_nodes_and_zones() {
        cluster();
        assertThat(spread(8, "")).isEqualTo(Map.of("k8s-1", 2, "k8s-2", 2, "k8s-3", 2, "k8s-4", 2));
    }

    @Test
    void two_of_one_owner_are_in_two_zones() {
        cluster();
        spread(2, "");
        assertThat(zone("p0")).isNotEqualTo(zone("p1"));
    }

    private String zone(String pod) {
        return java.util.Set.of("k8s-1", "k8s-2").contains(world.home(pod)) ? "a" : "b";
    }

    @Test
    void pods_that_keep_away_from_each_other_take_a_node_each_and_the_rest_waits() {
        cluster();
        String apart =
                "'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'kubernetes.io/hostname','labelSelector':{'matchLabels':{'app':'web'}}}]}}";
        assertThat(spread(5, apart)).isEqualTo(Map.of("k8s-1", 1, "k8s-2", 1, "k8s-3", 1, "k8s-4", 1, "", 1));
        assertThat(message("p4")).isEqualTo("0/4 nodes are available: 4 node(s) didn't match pod anti-affinity rules.");
        world.delete(ResourceTypes.POD, "p0");
        assertThat(world.concerned(scheduler)).containsExactly(key("p4"));
    }

    @Test
    void who_is_there_keeps_others_away_that_do_not_mind() {
        world.node("k8s-1", "a", BIG);
        world.pod(
                "shy",
                "'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'kubernetes.io/hostname','labelSelector':{'matchLabels':{'app':'x'}}}]}}",
                "");
        placedAt("shy", "k8s-1");
        world.pod("x", "", "");
        waits("x", "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.");
    }

    @Test
    void who_was_kept_away_is_looked_at_when_the_one_that_kept_it_away_has_gone_wherever_that_was() {
        world.node("k8s-1", "a", BIG);
        world.node("k8s-2", "a", "'cpu':'1'");
        world.pod(
                "shy",
                "'nodeSelector':{'kubernetes.io/hostname':'k8s-2'},'affinity':{'podAntiAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'topology.kubernetes.io/zone','labelSelector':{'matchLabels':{'app':'x'}}}]}}",
                "");
        placedAt("shy", "k8s-2");
        world.pod("x", "", "'cpu':'2'");
        waits(
                "x",
                "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy existing pods anti-affinity rules.");
        world.pod("other", "", "'cpu':'100'");
        waits("other", "0/2 nodes are available: 2 Insufficient cpu.");
        world.delete(ResourceTypes.POD, "shy");
        assertThat(world.concerned(scheduler)).containsExactly(key("x"));
        placedAt("x", "k8s-1");
    }

    @Test
    void whoever_waits_is_looked_at_when_a_node_has_other_labels() {
        world.node("k8s-1", "a", BIG);
        world.create(
                ResourceTypes.PERSISTENT_VOLUME,
                "",
                "{'metadata':{'name':'v'},'spec':{'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteOnce'],'local':{'path':'/srv'},"
                        + "'nodeAffinity':{'required':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'disk','operator':'In','values':['ssd']}]}]}}}}");
        claim("data", "'storageClassName':'','volumeName':'v',");
        podWith("x", "data");
        waits("x", "0/1 nodes are available: 1 node(s) had volume node affinity conflict.");
        world.patch(ResourceTypes.NODE, "k8s-1", "", "{'metadata':{'labels':{'disk':'ssd'}}}");
        assertThat(world.concerned(scheduler)).containsExactly(key("x"));
        placedAt("x", "k8s-1");
    }

    @Test
    void the_first_of_those_that_want_to_be_together_goes_anywhere_and_the_others_follow() {
        cluster();
        String together =
                "'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'topology.kubernetes.io/zone','labelSelector':{'matchLabels':{'app':'web'}}}]}}";
        assertThat(spread(4, together).keySet())
                .isIn(java.util.Set.of("k8s-1", "k8s-2"), java.util.Set.of("k8s-3", "k8s-4"));
    }

    @Test
    void no_zone_has_more_than_the_skew_that_is_allowed() {
        world.node("k8s-1", "a", "'cpu':'8','memory':'32Gi','pods':'3'");
        world.node("k8s-2", "b", "'cpu':'8','memory':'32Gi','pods':'1'");
        String even =
                "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'topology.kubernetes.io/zone','whenUnsatisfiable':'DoNotSchedule','labelSelector':{'matchLabels':{'app':'web'}}}]";
        assertThat(spread(4, even)).isEqualTo(Map.of("k8s-1", 2, "k8s-2", 1, "", 1));
        assertThat(message("p3"))
                .isEqualTo(
                        "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints.");
    }

    @Test
    void a_wish_is_followed_where_it_can_be() {
        cluster();
        String wish =
                "'affinity':{'nodeAffinity':{'preferredDuringSchedulingIgnoredDuringExecution':[{'weight':50,'preference':{'matchExpressions':[{'key':'kubernetes.io/hostname','operator':'In','values':['k8s-3']}]}}]}}";
        world.pod("x", wish, "");
        placedAt("x", "k8s-3");
    }

    @Test
    void the_emptier_of_two_nodes_is_taken() {
        world.node("k8s-1", "a", BIG);
        world.node("k8s-2", "a", BIG);
        world.pod("x", "'nodeSelector':{'kubernetes.io/hostname':'k8s-1'}", "'cpu':'2','memory':'4Gi'");
        placedAt("x", "k8s-1");
        world.pod("y", "", "'cpu':'1','memory':'2Gi'");
        placedAt("y", "k8s-2");
    }

    @Test
    void equal_nodes_get_about_as_many_and_the_choice_is_the_same_again() {
        IntStream.range(1, 5).forEach(i -> world.node("k8s-" + i, "a", ""));
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 40; i++) {
            world.pod("p" + i, "", "");
            ClusterView view = ClusterView.of(world.state());
            PodView pod = view.pod(key("p" + i)).orElseThrow();
            Placement one = Placing.place(pod, view);
            assertThat(Placing.place(pod, ClusterView.of(world.state()))).isEqualTo(one);
            counts.merge(one.node().orElseThrow(), 1, Integer::sum);
        }
        assertThat(counts)
                .hasSize(4)
                .allSatisfy((node, count) -> assertThat(count).isGreaterThan(2));
    }

    @Test
    void what_is_not_ours_is_left_alone() {
        world.node("k8s-1", "a", BIG);
        world.pod("other", "'schedulerName':'mine'", "");
        world.pod("gated", "'schedulingGates':[{'name':'example.com/wait'}]", "");
        world.pod("bound", "'nodeName':'k8s-9'", "");
        for (String each : new String[] {"other", "gated", "bound"}) {
            assertThat(world.look(scheduler, key(each))).isEqualTo(Plan.REST);
        }
    }

    @Test
    void an_explanation_tells_of_every_node_what_speaks_against_it_or_how_well_it_suits() {
        world.node("k8s-1", "", "'unschedulable':true", BIG);
        world.node("k8s-2", "a", BIG);
        world.pod("x", "", "'cpu':'1'");
        placedAt("x", "k8s-2");
        var told = Explanation.of(world.state(), key("x")).orElseThrow();
        assertThat(told.path("node").asText()).isEqualTo("k8s-2");
        assertThat(Json.at(told, "nodes").get(0).path("reasons").get(0).asText())
                .isEqualTo("node(s) were unschedulable");
        assertThat(told.path("nodes").get(1).path("score").path("total").asInt())
                .isPositive();
        world.pod("y", "", "'cpu':'64'");
        assertThat(Explanation.of(world.state(), key("y"))
                        .orElseThrow()
                        .path("reason")
                        .asText())
                .isEqualTo("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.");
        assertThat(Explanation.of(world.state(), key("nobody"))).isEmpty();
    }

    private void claim(String name, String spec) {
        world.create(
                ResourceTypes.PERSISTENT_VOLUME_CLAIM,
                "default",
                "{'metadata':{'name':'" + name + "'},'spec':{" + spec
                        + "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}}");
    }

    private void podWith(String name, String claim) {
        world.pod(
                name, "'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':'" + claim + "'}}]", "'cpu':'10m'");
    }

    @Test
    void a_pod_goes_where_its_volume_is_or_where_another_waits_for_the_same() {
        world.node("k8s-1", "1", BIG);
        world.node("k8s-2", "2", BIG);
        world.node("k8s-3", "3", BIG);
        world.create(
                ResourceTypes.PERSISTENT_VOLUME,
                "",
                "{'metadata':{'name':'v'},'spec':{'accessModes':['ReadWriteOnce'],'capacity':{'storage':'1Gi'},'hostPath':{'path':'/x'},"
                        + "'nodeAffinity':{'required':{'nodeSelectorTerms':[{'matchExpressions':[{'key':'kubernetes.io/hostname','operator':'In','values':['k8s-2']}]}]}}}}");
        claim("data", "'volumeName':'v',");
        podWith("x", "data");
        placedAt("x", "k8s-2");
        world.create(
                ResourceTypes.STORAGE_CLASS,
                "",
                "{'metadata':{'name':'late'},'provisioner':'p','volumeBindingMode':'WaitForFirstConsumer'}");
        claim("later", "'storageClassName':'late',");
        for (int i = 0; i < 3; i++) {
            podWith("first-" + i, "later");
            placedAt(
                    "first-" + i,
                    i == 0 ? new String[] {"k8s-1", "k8s-2", "k8s-3"} : new String[] {world.home("first-0")});
        }
        String home = world.home("first-0");
        world.patch(ResourceTypes.NODE, home, "", "{'spec':{'unschedulable':true}}");
        podWith("last", "later");
        waits(
                "last",
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) had volume node affinity conflict.");
        for (int i = 0; i < 3; i++) {
            world.delete(ResourceTypes.POD, "first-" + i);
            assertThat(world.concerned(scheduler)).containsExactly(key("last"));
        }
        world.look(scheduler, key("last"));
        assertThat(world.home("last"))
                .as("nobody waits for the volume elsewhere")
                .isNotEmpty();
        world.patch(ResourceTypes.NODE, home, "", "{'spec':{'unschedulable':false}}");
        world.patch(ResourceTypes.NODE, "k8s-2", "", "{'spec':{'unschedulable':true}}");
        podWith("y", "data");
        waits(
                "y",
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) had volume node affinity conflict.");
    }

    @Test
    void a_volume_that_will_be_a_folder_of_the_pods_node_is_not_waited_for_whatever_its_class_says() {
        world.node("k8s-1", "1", BIG);
        world.create(
                ResourceTypes.STORAGE_CLASS, "", "{'metadata':{'name':'mine'},'provisioner':'quorate.io/hostpath'}");
        claim("data", "'storageClassName':'mine',");
        podWith("x", "data");
        placedAt("x", "k8s-1");
    }

    @Test
    void a_claim_that_is_not_there_or_not_bound_keeps_a_pod_waiting_until_it_is() {
        world.node("k8s-1", "1", BIG);
        podWith("x", "data");
        waits("x", "0/1 nodes are available: persistentvolumeclaim \"data\" not found.");
        claim("data", "'storageClassName':'',");
        assertThat(world.concerned(scheduler)).containsExactly(key("x"));
        waits("x", "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
        world.patch(ResourceTypes.PERSISTENT_VOLUME_CLAIM, "data", "", "{'spec':{'volumeName':'v'}}");
        assertThat(world.concerned(scheduler)).containsExactly(key("x"));
        placedAt("x", "k8s-1");
    }
}
