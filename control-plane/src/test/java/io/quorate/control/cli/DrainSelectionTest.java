package io.quorate.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quorate.control.cli.DrainSelection.Allowed;
import io.quorate.control.cli.DrainSelection.Pod;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which pods are evicted when a node is drained. */
class DrainSelectionTest {
    private static final Allowed NOTHING = new Allowed(false, false, false);

    private static String pod(String name, String controller, String more) {
        String owners = controller.isEmpty()
                ? ""
                : ",'ownerReferences':[{'kind':'" + controller + "','name':'o','controller':true}]";
        return "{'metadata':{'name':'%1$s','namespace':'default','uid':'u-%1$s'%2$s}%3$s}"
                .formatted(name, owners, more);
    }

    private static DrainSelection select(Allowed allowed, String... pods) throws Exception {
        JsonNode items = new ObjectMapper().readTree(("[" + String.join(",", pods) + "]").replace('\'', '"'));
        return DrainSelection.of(items, allowed);
    }

    @Test
    void what_is_made_anew_elsewhere_goes() throws Exception {
        DrainSelection selection = select(NOTHING, pod("a", "ReplicaSet", ""), pod("b", "Job", ""));
        assertThat(selection)
                .isEqualTo(new DrainSelection(
                        List.of(new Pod("default", "a", "u-a"), new Pod("default", "b", "u-b")), List.of(), List.of()));
    }

    @Test
    void what_would_be_lost_is_told_with_the_option_that_allows_it() throws Exception {
        String[] pods = {
            pod("ds", "DaemonSet", ""),
            pod("tmp", "ReplicaSet", ",'spec':{'volumes':[{'name':'v','emptyDir':{}}]}"),
            pod("bare", "", "")
        };
        assertThat(select(NOTHING, pods).refused())
                .containsExactly(
                        "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/ds",
                        "cannot delete Pods with local storage (use --delete-emptydir-data to override): default/tmp",
                        "cannot delete Pods that declare no controller (use --force to override): default/bare");
        DrainSelection allowed = select(new Allowed(true, true, true), pods);
        assertThat(allowed.refused()).isEmpty();
        assertThat(allowed.pods()).extracting(Pod::name).containsExactly("tmp", "bare");
        assertThat(allowed.warnings())
                .containsExactly(
                        "ignoring DaemonSet-managed Pods: default/ds",
                        "deleting Pods that declare no controller: default/bare");
    }

    @Test
    void what_has_ended_goes_without_a_word() throws Exception {
        assertThat(select(NOTHING, pod("done", "", ",'status':{'phase':'Succeeded'}"))
                        .pods())
                .hasSize(1);
    }

    @Test
    void the_machines_own_pods_stay() throws Exception {
        String mirror =
                "{'metadata':{'name':'m','namespace':'kube-system','annotations':{'kubernetes.io/config.mirror':'x'}}}";
        assertThat(select(NOTHING, mirror).pods()).isEmpty();
    }
}
