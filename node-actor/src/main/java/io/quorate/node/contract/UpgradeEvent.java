package io.quorate.node.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;

/**
 * Every fact about the upgrade of a cluster, in a stream of its own: releases that know of no upgrades do not read it. The journal keeps
 * these for ever; a changed meaning is a new name.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @Type(UpgradeEvent.UpgradePlanned.class),
    @Type(UpgradeEvent.UpgradeStepBegun.class),
    @Type(UpgradeEvent.UpgradeStepDone.class),
    @Type(UpgradeEvent.UpgradeStepFailed.class),
    @Type(UpgradeEvent.NodeReverted.class),
    @Type(UpgradeEvent.NodeSkipped.class),
    @Type(UpgradeEvent.UpgradePaused.class),
    @Type(UpgradeEvent.UpgradeResumed.class),
    @Type(UpgradeEvent.UpgradeAborted.class),
    @Type(UpgradeEvent.RollbackBegun.class),
    @Type(UpgradeEvent.UpgradeCompleted.class),
    @Type(UpgradeEvent.RollbackCompleted.class),
    @Type(UpgradeEvent.UpgradeFinalized.class)
})
public sealed interface UpgradeEvent {

    /** @param id names this upgrade in orders to nodes */
    @JsonTypeName("upgrade.planned.v1")
    record UpgradePlanned(String id, UpgradePlan plan) implements UpgradeEvent {}

    /**
     * A node is at a stage; those before it are done.
     *
     * @param stage a word of {@code Stage}
     * @param attempt at this node, from 1
     */
    @JsonTypeName("upgrade.step-begun.v1")
    record UpgradeStepBegun(String node, String stage, int attempt) implements UpgradeEvent {}

    /** A node has all of its stages behind it, upwards or back. */
    @JsonTypeName("upgrade.step-done.v1")
    record UpgradeStepDone(String node) implements UpgradeEvent {}

    /** A gate did not open: the node is taken back where it can be, and the roll-out stops. */
    @JsonTypeName("upgrade.step-failed.v1")
    record UpgradeStepFailed(String node, String stage, String reason) implements UpgradeEvent {}

    /** A node whose gate failed runs what it ran before, and is in use. */
    @JsonTypeName("upgrade.node-reverted.v1")
    record NodeReverted(String node, String reason) implements UpgradeEvent {}

    /** A node is out of the plan: it is a member no longer. */
    @JsonTypeName("upgrade.node-skipped.v1")
    record NodeSkipped(String node, String reason) implements UpgradeEvent {}

    /** No other node begins; those under way go to their end. */
    @JsonTypeName("upgrade.paused.v1")
    record UpgradePaused(String reason) implements UpgradeEvent {}

    @JsonTypeName("upgrade.resumed.v1")
    record UpgradeResumed(String reason) implements UpgradeEvent {}

    /** No other node begins, ever; what has the new release keeps it. */
    @JsonTypeName("upgrade.aborted.v1")
    record UpgradeAborted(String reason) implements UpgradeEvent {}

    /** Every node goes back, in reverse. */
    @JsonTypeName("upgrade.rollback-begun.v1")
    record RollbackBegun(String reason) implements UpgradeEvent {}

    /** Every node runs the new release; until it is finalized it can be rolled back. */
    @JsonTypeName("upgrade.completed.v1")
    record UpgradeCompleted(String reason) implements UpgradeEvent {}

    @JsonTypeName("upgrade.rollback-completed.v1")
    record RollbackCompleted(String reason) implements UpgradeEvent {}

    /** There is no way back. @param level of features that the cluster has from now on */
    @JsonTypeName("upgrade.finalized.v1")
    record UpgradeFinalized(int level) implements UpgradeEvent {}
}
