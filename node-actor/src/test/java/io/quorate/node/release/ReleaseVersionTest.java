package io.quorate.node.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseVersionTest {
    private static final String[] IN_ORDER = {
        "0.1.0-SNAPSHOT",
        "0.1.0",
        "0.9.0",
        "0.10.0",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-rc.2",
        "1.0.0-rc.10",
        "1.0.0",
        "1.0.1"
    };

    @Test
    void versions_are_in_the_order_of_semantic_versioning() {
        for (int i = 1; i < IN_ORDER.length; i++) {
            assertThat(ReleaseVersion.parse(IN_ORDER[i - 1])).isLessThan(ReleaseVersion.parse(IN_ORDER[i]));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2",
                "01.2.3",
                "1.2.3-",
                "1.2.3/..",
                "../1.2.3",
                "v1.2.3",
                "1.2.3-a b",
                "1.2.3-..",
                "1.2.3.4"
            })
    void what_is_no_version_names_no_folder(String text) {
        assertThat(ReleaseVersion.isVersion(text)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> ReleaseVersion.parse(text));
    }

    @Property
    void numbers_are_compared_as_numbers(
            @ForAll @IntRange(max = 999) int major,
            @ForAll @IntRange(max = 999) int minor,
            @ForAll @IntRange(max = 998) int patch) {
        ReleaseVersion one = ReleaseVersion.parse(major + "." + minor + "." + patch);
        ReleaseVersion next = ReleaseVersion.parse(major + "." + minor + "." + (patch + 1));
        assertThat(one).isLessThan(next);
        assertThat(ReleaseVersion.parse(next + "-rc.1")).isGreaterThan(one).isLessThan(next);
    }
}
