package io.quorate.control.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "roles",
        mixinStandardHelpOptions = true,
        description = "Shows or changes who gets which role in the datastore.",
        subcommands = {RolesCommand.Show.class, RolesCommand.Set.class})
final class RolesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows the policy.")
    static final class Show implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private NodeOptions node;

        @Override
        public Integer call() {
            JsonNode policy = node.client().status().path("policy");
            PrintWriter out = spec.commandLine().getOut();
            out.println("voters: " + policy.path("voters").asInt());
            out.println("standbys: " + policy.path("standbys").asInt());
            out.println("promote-after: " + policy.path("promoteAfterMillis").asLong() / 1000.0 + " s");
            return ExitCode.OK;
        }
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description =
                    "Changes the policy of the cluster, or what is known of one node. At once, without a restart.",
            footer = {
                "",
                "Examples:",
                "  quorate roles set --voters 5 --standbys 2",
                "  quorate roles set --promote-after 10s",
                "  quorate roles set n3 --failure-domain 42",
                "  quorate roles set n3 --weight 10"
            })
    static final class Set implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private NodeOptions node;

        @Parameters(
                arity = "0..1",
                paramLabel = "NODE",
                description = "The node to change, for its failure domain and weight.")
        private @Nullable String name;

        @Option(names = "--voters", description = "1, 3, 5 or 7.")
        private @Nullable Integer voters;

        @Option(names = "--standbys", description = "0 to 50.")
        private @Nullable Integer standbys;

        @Option(
                names = "--promote-after",
                paramLabel = "TIME",
                description = "Silence after which a voter is replaced, as 3s.")
        private @Nullable String promoteAfter;

        @Option(names = "--failure-domain", paramLabel = "N", description = "What fails together has the same number.")
        private @Nullable Integer failureDomain;

        @Option(names = "--weight", paramLabel = "N", description = "Lighter nodes get a role first. Default: 0.")
        private @Nullable Integer weight;

        @Override
        public Integer call() {
            boolean ofPolicy = voters != null || standbys != null || promoteAfter != null;
            boolean ofNode = failureDomain != null || weight != null;
            if (ofPolicy == ofNode || ofNode != (name != null)) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "give --voters, --standbys or --promote-after for the cluster, or a node's name with --failure-domain"
                                + " or --weight. `quorate roles set --help` has examples");
            }
            List<String> fields = new ArrayList<>();
            field(fields, "voters", voters);
            field(fields, "standbys", standbys);
            field(
                    fields,
                    "promoteAfterMillis",
                    promoteAfter == null ? null : Times.span(promoteAfter).toMillis());
            field(fields, "failureDomain", failureDomain);
            field(fields, "weight", weight);
            node.client()
                    .json(
                            "PATCH",
                            name == null ? "/v1/roles" : "/v1/nodes/" + NodeClient.segment(name),
                            "{" + String.join(",", fields) + "}",
                            Duration.ofSeconds(10));
            spec.commandLine().getOut().println("changed; `quorate history` shows what follows from it");
            return ExitCode.OK;
        }

        private static void field(List<String> fields, String name, @Nullable Object value) {
            if (value != null) {
                fields.add("\"" + name + "\":" + value);
            }
        }
    }
}
