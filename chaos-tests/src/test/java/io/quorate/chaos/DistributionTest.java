package io.quorate.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is in the distribution that its own pages speak of. */
final class DistributionTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern OF_THE_PROJECT =
            Pattern.compile("<directory>\\$\\{project.basedir}/\\.\\.</directory>.*?</fileSet>", Pattern.DOTALL);
    private static final Pattern INCLUDE = Pattern.compile("<include>(.*?)</include>");

    private static List<PathMatcher> included() throws Exception {
        String assembly = Files.readString(PROJECT.resolve("deploy/src/main/assembly/distribution.xml"));
        return OF_THE_PROJECT
                .matcher(assembly)
                .results()
                .flatMap(set -> INCLUDE.matcher(set.group()).results())
                .map(include -> FileSystems.getDefault().getPathMatcher("glob:" + include.group(1)))
                .toList();
    }

    @Test
    void what_its_readme_and_its_list_of_changes_link_to_is_in_the_distribution() throws Exception {
        List<PathMatcher> included = included();
        for (String page : List.of("README.md", "CHANGELOG.md")) {
            List<String> links = LINK.matcher(Files.readString(PROJECT.resolve(page)))
                    .results()
                    .map(link -> link.group(1))
                    .toList();
            assertThat(links).as(page).isNotEmpty().allSatisfy(link -> {
                assertThat(PROJECT.resolve(link)).exists();
                assertThat(included).anyMatch(each -> each.matches(Path.of(link).normalize()));
            });
        }
    }
}
