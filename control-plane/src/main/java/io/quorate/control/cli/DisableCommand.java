package io.quorate.control.cli;

import io.quorate.control.addon.AddonObject;
import io.quorate.control.addon.EnabledAddon;
import io.quorate.control.addon.EnabledAddon.Progress;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
        name = "disable",
        mixinStandardHelpOptions = true,
        description = {
            "Takes add-ons from the cluster: deletes every object that carries an add-on's label, the last one first, and waits",
            "until they are gone. What others made with its help stays, as volumes."
        },
        footer = {"", "Examples:", "  quorate disable demo", "  quorate disable metrics dashboard"})
final class DisableCommand extends AddonCommand {
    @Override
    void run(List<String> names, AddonObjects objects, PrintWriter out) throws InterruptedException {
        for (String each : names) {
            disable(objects, each.substring(each.lastIndexOf('/') + 1), out);
        }
    }

    private static void disable(AddonObjects objects, String name, PrintWriter out) throws InterruptedException {
        Optional<EnabledAddon> known = objects.enabled().stream()
                .filter(each -> each.name().equals(name))
                .findFirst();
        List<AddonObject> there = objects.there(name);
        if (known.isEmpty() && there.isEmpty()) {
            out.println(name + " is not enabled");
            return;
        }
        out.println("disabling " + name);
        known.ifPresent(each -> objects.remember(new EnabledAddon(
                each.name(), each.repository(), each.version(), each.description(), Progress.DISABLING)));
        objects.delete(there);
        objects.forget(name);
        out.println(name + " is disabled");
    }
}
