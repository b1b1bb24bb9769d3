package io.quorate.control.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.control.patch.PatchKind;
import io.quorate.control.resource.ResourceTypes;
import org.junit.jupiter.api.Test;

class PodRangesTest {
    private final ObjectBook book = ObjectBook.founded();

    private ObjectBook.Answer report(String name, String more) {
        return book.ask(new ObjectCommand.Report(
                name,
                ObjectBook.bytes("{'metadata':{'labels':{}},'status':{'conditions':[],'nodeInfo':{'kubeletVersion':'1',"
                        + "'kernelVersion':''" + more + "}}}"),
                book.request()));
    }

    private String range(String name) {
        return book.state()
                .get(ObjectKey.of(ResourceTypes.NODE, "", name))
                .orElseThrow()
                .tree()
                .at("/spec/podCIDR")
                .asText();
    }

    @Test
    void each_node_has_a_range_of_its_own_and_keeps_it() {
        report("n1", "");
        report("n2", "");
        assertThat(range("n1")).isEqualTo("127.64.1.0/24");
        assertThat(range("n2")).isEqualTo("127.64.2.0/24");
        report("n1", ",'osImage':'other'");
        assertThat(range("n1")).isEqualTo("127.64.1.0/24");
    }

    @Test
    void one_that_went_leaves_its_range_for_later() {
        report("n1", "");
        report("n2", "");
        book.ask(new ObjectCommand.Delete(
                ObjectKey.of(ResourceTypes.NODE, "", "n1"), DeleteOptions.DEFAULT, book.request()));
        report("n3", "");
        assertThat(range("n3")).isEqualTo("127.64.3.0/24");
        assertThat(PodRanges.range(300)).isEqualTo("127.65.44.0/24");
    }

    @Test
    void nobody_takes_a_nodes_range_away() {
        report("n1", "");
        ObjectKey key = ObjectKey.of(ResourceTypes.NODE, "", "n1");
        assertThat(book.ask(new ObjectCommand.Patch(
                                key,
                                "",
                                PatchKind.MERGE,
                                ObjectBook.bytes("{'spec':{'podCIDR':'10.1.0.0/24'}}"),
                                false,
                                book.request()))
                        .message())
                .contains("may not change podCIDR");
        book.ask(new ObjectCommand.Patch(
                key, "", PatchKind.MERGE, ObjectBook.bytes("{'spec':{'podCIDR':null}}"), false, book.request()));
        assertThat(range("n1")).isEqualTo("127.64.1.0/24");
    }

    @Test
    void what_a_nodes_agent_said_of_its_machine_outlives_the_leaders_reports() {
        report("n1", "");
        book.ask(new ObjectCommand.Patch(
                ObjectKey.of(ResourceTypes.NODE, "", "n1"),
                "status",
                PatchKind.MERGE,
                ObjectBook.bytes("{'status':{'capacity':{'cpu':'2'},'nodeInfo':{'kernelVersion':'6.1'}}}"),
                false,
                book.request()));
        ObjectBook.Answer after = report("n1", ",'osImage':'x'");
        assertThat(after.at("status.capacity.cpu")).isEqualTo("2");
        assertThat(after.at("status.nodeInfo.kernelVersion")).isEqualTo("6.1");
        assertThat(after.at("status.nodeInfo.osImage")).isEqualTo("x");
    }
}
