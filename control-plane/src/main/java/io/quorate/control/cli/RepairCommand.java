package io.quorate.control.cli;

import io.quorate.node.folder.DataFolder;
import io.quorate.node.folder.FolderException;
import io.quorate.node.folder.Identity;
import io.quorate.node.recovery.Repair;
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
            Repair.setAside(
                            folder,
                            identity,
                            HaltAtFailpoint.of(identity.member().node()))
                    .ifPresent(aside -> out.println("what it had is kept in " + aside));
            out.println(identity.member().node() + " gets its copy from the others when it starts."
                    + " Next: `quorate start --background`; `quorate status` shows how far it is");
            return ExitCode.OK;
        } catch (FolderException e) {
            throw new CommandFailure(ExitCode.FAILED, e.getMessage());
        }
    }
}
