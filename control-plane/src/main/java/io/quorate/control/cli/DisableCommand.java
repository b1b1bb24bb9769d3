package io.quorate.control.cli;

import io.quorate.control.addon.AddonObject;
import io.quorate.control.addon.EnabledAddon;
import io.quorate.control.addon.EnabledAddon.Progress;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "disable",
        mixinStandardHelpOptions = true,
        description = {
            "Takes add-ons from the cluster: deletes every object that carries an add-on's label, the last one first, and waits",
            "until they are gone. What others made with its help stays, as volumes."
        },
        footer = {"", "Examples:", "  quorate disable demo", "  quorate disable metrics dashboard"})
final class DisableCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "Of an add-on.")
    private List<String> names;

    @Option(
            names = {"-t", "--timeout"},
            defaultValue = "120",
            converter = Times.Seconds.class,
            paramLabel = "TIME",
            description = "How long to wait for each: seconds, or 2m. Default: 120.")
    private int timeoutSeconds;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        AddonObjects objects = new AddonObjects(options.client(), out, timeoutSeconds);
        for (String each : names) {
            disable(objects, each.substring(each.lastIndexOf('/') + 1), out);
        }
        return ExitCode.OK;
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
