package io.quorate.node.release;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuitabilityTest {
    private static Release release(String version, int lowest, int highest, String from) {
        return new Release(version, lowest, highest, ReleaseVersion.parse(from), "");
    }

    private static ReleaseManifest manifest(Release release) {
        return new ReleaseManifest(release, "quorate.tar.gz", 70, 80, "0".repeat(64));
    }

    private static String verdict(String running, Release next, int level) {
        return Suitability.ofRefresh(release(running, 1, 2, "0.1.0"), manifest(next), level).stream()
                .map(ReleaseRefused::kind)
                .findFirst()
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "1.22.0, 1.22.1, ''",
        "1.22.5, 1.23.0, ''",
        "1.22.0, 1.24.0, too-new",
        "1.22.0, 2.0.0, too-new",
        "1.22.0, 1.21.9, too-old",
        "1.22.0, 1.22.0-rc.1, too-old",
        "1.22.0, 1.22.0, nothing-to-do",
        "development, 7.0.0, ''"
    })
    void one_minor_version_forward_at_a_time(String running, String next, String verdict) {
        assertThat(verdict(running, release(next, 1, 2, "0.1.0"), 1)).isEqualTo(verdict);
    }

    @Test
    void a_release_says_which_it_can_replace_and_what_comes_before_a_release_counts_as_it() {
        assertThat(verdict("1.22.3", release("1.23.0", 1, 2, "1.22.4"), 1)).isEqualTo(ReleaseRefused.TOO_NEW);
        assertThat(verdict("1.22.4", release("1.23.0", 1, 2, "1.22.4"), 1)).isEmpty();
        assertThat(verdict("1.22.4-rc.1", release("1.23.0", 1, 2, "1.22.4"), 1)).isEmpty();
    }

    @Test
    void a_release_that_cannot_do_the_clusters_level_is_refused() {
        assertThat(verdict("1.22.0", release("1.22.1", 1, 1, "0.1.0"), 2)).isEqualTo(ReleaseRefused.TOO_OLD);
        assertThat(verdict("1.22.0", release("1.22.1", 2, 3, "0.1.0"), 1)).isEqualTo(ReleaseRefused.TOO_NEW);
    }

    @Test
    void a_revert_below_the_clusters_level_is_refused() {
        assertThat(Suitability.ofRevert(release("1.21.0", 1, 1, "0.1.0"), 1)).isEmpty();
        assertThat(Suitability.ofRevert(release("1.21.0", 1, 1, "0.1.0"), 2))
                .singleElement()
                .satisfies(
                        refused -> assertThat(refused).hasMessageContaining("level 2 since its upgrade was finalized"));
    }
}
