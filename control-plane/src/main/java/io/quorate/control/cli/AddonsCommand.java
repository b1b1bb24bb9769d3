package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "addons",
        mixinStandardHelpOptions = true,
        description = "Lists the add-ons of the cluster: those that are enabled, and those that could be.",
        footer = {
            "",
            "Examples:",
            "  quorate addons",
            "  quorate addons -o json",
            "  quorate addons --repository /srv/addons"
        })
final class AddonsCommand implements Callable<Integer> {
    /** How they are listed. */
    enum Form {
        TABLE,
        NAME,
        JSON,
        YAML
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions options;

    @Mixin
    private AddonOptions addons;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "table, name, json or yaml. Default: table.")
    private Form form;

    @Override
    public Integer call() {
        JsonNode enabled = options.client().status().path("addons");
        if (enabled.isMissingNode()) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "this node holds no copy of the cluster's objects, and does not know. Next: the same on a master or a"
                            + " standby node, which `quorate status` lists");
        }
        List<ObjectNode> all = AddonListing.all(enabled, addons.repositories());
        PrintWriter out = spec.commandLine().getOut();
        switch (form) {
            case TABLE -> AddonListing.table(all).forEach(out::println);
            case NAME -> all.forEach(each -> out.println(each.path("name").asText()));
            case JSON -> out.println(Format.JSON.write(AddonListing.array(all)));
            case YAML -> out.println(Format.YAML.write(AddonListing.array(all)));
        }
        return ExitCode.OK;
    }
}
