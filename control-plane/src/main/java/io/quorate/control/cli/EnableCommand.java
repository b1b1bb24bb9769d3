package io.quorate.control.cli;

import io.quorate.control.addon.Addon;
import io.quorate.control.addon.AddonRepository;
import io.quorate.control.addon.EnabledAddon;
import io.quorate.control.addon.EnabledAddon.Progress;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "enable",
        mixinStandardHelpOptions = true,
        description = {
            "Gives the cluster add-ons, and waits until their workloads are ready. `quorate addons` lists them. One that is",
            "enabled already is brought to the version that is at hand; where it was cut off, the same again goes on."
        },
        footer = {
            "",
            "Examples:",
            "  quorate enable metrics",
            "  quorate enable hostpath-storage dashboard",
            "  quorate enable till --repository /srv/addons"
        })
final class EnableCommand extends AddonCommand {
    @Mixin
    private AddonOptions addons;

    @Override
    void run(List<String> names, AddonObjects objects, PrintWriter out) throws InterruptedException {
        List<AddonRepository> repositories = addons.repositories();
        List<Addon> wanted = names.stream()
                .map(name -> AddonOptions.find(repositories, name))
                .distinct()
                .toList();
        for (Addon each : wanted) {
            requireFree(objects, each);
            out.println("enabling " + each.name() + " " + each.version() + " from " + each.repository());
            objects.remember(EnabledAddon.of(each, Progress.ENABLING));
            objects.apply(each);
            objects.awaitReady(each);
            objects.remember(EnabledAddon.of(each, Progress.ENABLED));
            out.println(each.name() + " is enabled");
        }
    }

    /** Two of one name would have one label. */
    private static void requireFree(AddonObjects objects, Addon addon) {
        objects.enabled().stream()
                .filter(there ->
                        there.name().equals(addon.name()) && !there.repository().equals(addon.repository()))
                .findFirst()
                .ifPresent(there -> {
                    throw new CommandFailure(
                            ExitCode.FAILED,
                            "an add-on " + addon.name() + " of the repository " + there.repository()
                                    + " is enabled. Next: `quorate disable " + addon.name() + "`");
                });
    }
}
