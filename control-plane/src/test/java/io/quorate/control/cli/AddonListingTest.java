package io.quorate.control.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quorate.control.addon.Addon;
import io.quorate.control.addon.AddonRepository;
import io.quorate.control.resource.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddonListingTest {
    private static List<ObjectNode> all(String enabled, AddonRepository... repositories) {
        return AddonListing.all(
                Json.read(enabled.replace('\'', '"').getBytes(StandardCharsets.UTF_8)), List.of(repositories));
    }

    private static AddonRepository repository(String name, String... addons) {
        return new AddonRepository(
                name,
                java.util.Arrays.stream(addons)
                        .map(each -> new Addon(name, each, "1", "About " + each, List.of()))
                        .toList());
    }

    @Test
    void those_that_are_enabled_come_first_as_people_know_it() {
        List<ObjectNode> all = all(
                "[{'name':'till','repository':'shop','version':'1','description':'Money','status':'enabled'}]",
                repository("core", "dns", "metrics"));
        assertThat(AddonListing.lines(all))
                .containsExactly(
                        "addons:",
                        "  enabled:",
                        "    till                 # (shop) Money",
                        "  disabled:",
                        "    dns                  # (core) About dns",
                        "    metrics              # (core) About metrics");
    }

    @Test
    void one_that_was_cut_off_says_how_to_go_on() {
        List<ObjectNode> all = all(
                "[{'name':'dns','repository':'core','version':'1','description':'Names','status':'enabling'}]",
                repository("core", "dns"));
        assertThat(AddonListing.lines(all))
                .containsExactly(
                        "addons:",
                        "  enabled:",
                        "    dns                  # (core) Names (enabling; where that was cut off: `quorate enable dns`)");
        assertThat(AddonListing.table(all))
                .last()
                .isEqualTo("dns                  enabling   1        core         Names");
    }

    @Test
    void one_of_another_repository_with_the_same_name_is_another_one() {
        List<ObjectNode> all = all(
                "[{'name':'dns','repository':'shop','version':'1','description':'Names','status':'enabled'}]",
                repository("core", "dns"));
        assertThat(all)
                .extracting(each -> each.path("repository").asText() + " "
                        + each.path("status").asText())
                .containsExactlyInAnyOrder("core disabled", "shop enabled");
    }
}
