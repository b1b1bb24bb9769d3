package io.quorate.control.cli;

import io.quorate.node.contract.RecoveryPlan;
import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.recovery.Reconfiguration;
import io.quorate.node.recovery.Recovery;
import io.quorate.persistence.contract.MemberId;
import io.quorate.persistence.store.StorageException;
import io.quorate.persistence.store.StoreEngine;
import io.quorate.persistence.store.StoreEngines;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
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
        name = "reconfigure",
        mixinStandardHelpOptions = true,
        description = {
            "Recovers a lost majority by hand, on a node that is down: the cluster goes on with what this data folder has, and with",
            "the nodes that FILE lists. `quorate recover` does the same with one command, and finds the best copy.",
            "Who votes follows by itself from the policy, once the others have their copy."
        },
        footer = {
            "",
            "FILE has the form of backend/cluster.yaml; copy that one, and take out what is lost:",
            "  - Address: 10.0.0.1:19001",
            "    ID: n1#1@10.0.0.1:19001",
            "    Role: 0          # this node",
            "  - Address: 10.0.0.4:19001",
            "    ID: n4#1@10.0.0.4:19001",
            "    Role: 1          # gets its copy from this node when it is started",
            "",
            "Examples:",
            "  quorate stop && cp ~/.quorate/backend/cluster.yaml . && vi cluster.yaml",
            "  quorate reconfigure cluster.yaml --dry-run",
            "  quorate reconfigure cluster.yaml && quorate start --background"
        })
final class ReconfigureCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Parameters(paramLabel = "FILE", description = "Who belongs to the cluster.")
    private Path file = Path.of("");

    @Option(names = "--dry-run", description = "Checks the file, shows what would be done, and does nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        StoreEngine engine = StoreEngines.of("auto");
        try (DataFolder folder = DataFolder.open(node.dataFolder())) {
            Identity identity = folder.identity()
                    .orElseThrow(() -> new CommandFailure(ExitCode.FAILED, node.dataFolder() + " holds no node"));
            Optional<RecoveryPlan> cutOff = Recovery.plan(folder);
            if (cutOff.isPresent() && !dryRun) {
                out.println("a recovery was begun here and cut off: it goes on");
                return goOn(folder, engine, identity, cutOff.get(), out);
            }
            if (!identity.holdsCopy()) {
                throw new CommandFailure(
                        ExitCode.FAILED,
                        identity.member().node()
                                + " has no copy of the journal to go on with. Next: the same command on a"
                                + " node that has");
            }
            RecoveryPlan plan = Reconfiguration.plan(
                    DataFolder.readMembers(file),
                    identity,
                    Reconfiguration.known(folder, engine, identity),
                    new SecureRandom().nextInt(),
                    System.currentTimeMillis());
            explain(plan, out);
            if (dryRun) {
                return ExitCode.OK;
            }
            Recovery.begin(folder, plan, HaltAtFailpoint.of(identity.member().node()));
            return goOn(folder, engine, identity, plan, out);
        } catch (FolderException | StorageException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    private static int goOn(
            DataFolder folder, StoreEngine engine, Identity identity, RecoveryPlan plan, PrintWriter out) {
        Recovery.goOn(
                folder, engine, identity, HaltAtFailpoint.of(identity.member().node()));
        out.println("done; what was there is kept as backend." + Recovery.copyName(plan));
        out.println("Next: `quorate start --background` here, and then on the others that are kept");
        return ExitCode.OK;
    }

    private static void explain(RecoveryPlan plan, PrintWriter out) {
        out.println("the cluster goes on as epoch " + plan.epoch() + ", with what "
                + MemberId.parse(plan.member()).node() + " has");
        out.println("  given that copy when they start: " + names(plan.kept()));
        out.println("  lost for good, and refused until they join again: "
                + names(plan.lost().stream()
                        .map(member -> MemberId.parse(member).node())
                        .toList()));
    }

    private static String names(List<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }
}
