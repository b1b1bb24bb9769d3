package io.quorate.control.cli;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "repair",
        mixinStandardHelpOptions = true,
        description = {
            "Gives a node whose data is damaged a new copy, from the others. The node is down; what it has is kept aside. It stays who it",
            "is; one that voted gives up that vote, and gets another one when it has its copy."
        },
        footer = {
            "",
            "It wants a cluster that lives without this node. Where the majority is damaged or gone: `quorate recover`, on a node that is",
            "sound. Where the whole data folder is gone there is nobody to repair: `quorate replace-node` on another one.",
            "",
            "Examples:",
            "  quorate verify                                    # what is wrong",
            "  quorate repair && quorate start --background"
        })
final class RepairCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (DataFolder folder = DataFolder.open(node.dataFolder())) {
            Identity identity = folder.identity()
                    .orElseThrow(() -> new CommandFailure(
                            ExitCode.FAILED,
                            node.dataFolder()
                                    + " holds no node: there is nobody to repair. Next: `quorate replace-node` on"
                                    + " another one, where it was a member"));
            Identity repaired = repaired(identity);
            // This first: with its old identity and an empty backend it would take itself for a voter that has never
            // voted.
            folder.storeMoved(repaired, "before-repair");
            folder.setBackendAside().ifPresent(aside -> out.println("what it had is kept in " + aside));
            folder.store(repaired);
            out.println(identity.member().node() + " gets its copy from the others when it starts."
                    + " Next: `quorate start --background`; `quorate status` shows how far it is");
            return ExitCode.OK;
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }

    private static Identity repaired(Identity identity) {
        String name = identity.member().node();
        return switch (identity.replica()) {
            case NONE, WORKER ->
                throw new CommandFailure(
                        ExitCode.FAILED, name + " holds no copy of the journal: there is nothing to repair");
            case REMOVED ->
                throw new CommandFailure(
                        ExitCode.FAILED,
                        name + " was removed from its cluster: " + identity.removedFor()
                                + ". Next: `quorate start`, `quorate reset`, and a new join");
            case MEMBER, FOLLOWER, REPAIRED -> {
                if (identity.contacts().isEmpty()) {
                    throw new CommandFailure(
                            ExitCode.FAILED,
                            name
                                    + " knows no other node: nobody else has a copy. Next: `quorate restore` a backup, into"
                                    + " another data folder");
                }
                yield identity.follows() ? identity : identity.with(Identity.Replica.REPAIRED);
            }
        };
    }
}
