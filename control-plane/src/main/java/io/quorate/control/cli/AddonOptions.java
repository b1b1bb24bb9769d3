package io.quorate.control.cli;

import io.quorate.control.addon.Addon;
import io.quorate.control.addon.AddonRepository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where add-ons come from. */
final class AddonOptions {
    @Option(
            names = "--repository",
            paramLabel = "FOLDER",
            defaultValue = "${env:QUORATE_ADDON_REPOSITORY}",
            description = "A folder with an addons.yaml, beside the add-ons that come with this release. Default:"
                    + " $$QUORATE_ADDON_REPOSITORY.")
    private @Nullable Path repository;

    List<AddonRepository> repositories() {
        List<AddonRepository> all = new ArrayList<>();
        all.add(AddonRepository.builtIn());
        Path folder = repository;
        if (folder != null && !folder.toString().isEmpty()) {
            try {
                all.add(AddonRepository.ofFolder(folder));
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(ExitCode.FAILED, e.getMessage());
            }
        }
        return all;
    }

    /** @param name or {@code repository/name} */
    static Addon find(List<AddonRepository> repositories, String name) {
        List<Addon> found = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (AddonRepository repository : repositories) {
            for (Addon each : repository.addons()) {
                all.add(each.name());
                if (each.name().equals(name) || each.qualifiedName().equals(name)) {
                    found.add(each);
                }
            }
        }
        if (found.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "there is no add-on " + name + "; there are " + String.join(", ", all)
                            + ". Others come from a folder that --repository names");
        }
        if (found.size() > 1) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "there are several add-ons " + name + ": name one of "
                            + String.join(
                                    ", ",
                                    found.stream().map(Addon::qualifiedName).toList()));
        }
        return found.getFirst();
    }
}
