package io.quorate.node.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonSubTypes.Type;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;

/** What operators, and the leader's driver, ask of the upgrade; and its answers. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @Type(UpgradeMessage.Plan.class),
    @Type(UpgradeMessage.Pause.class),
    @Type(UpgradeMessage.Resume.class),
    @Type(UpgradeMessage.Abort.class),
    @Type(UpgradeMessage.Rollback.class),
    @Type(UpgradeMessage.Finish.class),
    @Type(UpgradeMessage.BeginStep.class),
    @Type(UpgradeMessage.EndSteps.class),
    @Type(UpgradeMessage.FailStep.class),
    @Type(UpgradeMessage.Skip.class),
    @Type(UpgradeMessage.Done.class),
    @Type(UpgradeMessage.Refused.class)
})
public sealed interface UpgradeMessage {

    /** Begins it. @param id of the upgrade; the same again changes nothing */
    @JsonTypeName("plan")
    record Plan(String id, UpgradePlan plan) implements UpgradeMessage {}

    @JsonTypeName("pause")
    record Pause(String reason) implements UpgradeMessage {}

    @JsonTypeName("resume")
    record Resume(String reason) implements UpgradeMessage {}

    @JsonTypeName("abort")
    record Abort(String reason) implements UpgradeMessage {}

    @JsonTypeName("rollback")
    record Rollback(String reason) implements UpgradeMessage {}

    /** It is finalized. @param level that the cluster has been raised to */
    @JsonTypeName("finish")
    record Finish(int level) implements UpgradeMessage {}

    /**
     * A node goes to a stage. What is not of this upgrade and this attempt, or is behind what is known, changes nothing.
     *
     * @param stage a word of {@code Stage}
     */
    @JsonTypeName("begin-step")
    record BeginStep(String upgrade, String node, int attempt, String stage) implements UpgradeMessage {}

    /** A node has its stages behind it. */
    @JsonTypeName("end-steps")
    record EndSteps(String upgrade, String node, int attempt) implements UpgradeMessage {}

    @JsonTypeName("fail-step")
    record FailStep(String upgrade, String node, int attempt, String stage, String reason) implements UpgradeMessage {}

    /** A node is a member no longer. */
    @JsonTypeName("skip")
    record Skip(String upgrade, String node) implements UpgradeMessage {}

    @JsonTypeName("done")
    record Done() implements UpgradeMessage {}

    /**
     * @param kind short name, stable
     * @param message one line for a person, with the next step
     */
    @JsonTypeName("refused")
    record Refused(String kind, String message) implements UpgradeMessage {}
}
