"""Alarms, topics, subscriptions, log groups, rules and roles."""

import json

import pytest
from botocore.exceptions import ClientError


def alarm(**properties):
    given = {
        "Namespace": "AWS/RDS",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "DBClusterIdentifier", "Value": "one"}],
        "Statistic": "Maximum",
        "Period": "60",
        "EvaluationPeriods": 5,
        "DatapointsToAlarm": "3",
        "Threshold": "90",
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "breaching",
        **properties,
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": given}


@pytest.fixture
def shown(account, stack):
    def of(logical_id, kind="MetricAlarm"):
        name = stack.physical_id(logical_id)
        found = account.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=[kind])
        return found[f"{kind}s"][0]

    return of


def test_an_alarm_keeps_every_property(account, stack, shown, not_emulated):
    topic = "arn:aws:sns:us-east-1:000000000000:alarms"
    actions = {"AlarmActions": [topic], "OKActions": [topic], "InsufficientDataActions": [topic]}
    stack.deploy({"Alarm": alarm(**actions, AlarmDescription="busy")})
    found = shown("Alarm")
    expected = {
        **actions,
        "AlarmDescription": "busy",
        "DatapointsToAlarm": 3,
        "EvaluationPeriods": 5,
        "Period": 60,
        "Statistic": "Maximum",
        "Threshold": 90.0,
        "TreatMissingData": "breaching",
    }
    assert {name: found[name] for name in expected} == expected
    assert not_emulated(stack) == set()
    stack.deploy({"Alarm": alarm(TreatMissingData="notBreaching", DatapointsToAlarm={"Ref": "AWS::NoValue"})})
    assert shown("Alarm")["TreatMissingData"] == "notBreaching"
    assert "DatapointsToAlarm" not in shown("Alarm")
    name = stack.physical_id("Alarm")
    stack.delete()
    assert account.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


def test_an_alarm_over_metric_math_is_kept_and_listed_as_not_evaluated(stack, shown, not_emulated):
    stat = {"Metric": {"Namespace": "AWS/RDS", "MetricName": "CPUUtilization"}, "Period": "60", "Stat": "Average"}
    metrics = [
        {"Id": "busy", "MetricStat": stat, "ReturnData": "false"},
        {"Id": "share", "Expression": "busy / 100", "Label": "Share"},
    ]
    of_one_metric = ("Namespace", "MetricName", "Dimensions", "Statistic", "Period")
    none = {name: {"Ref": "AWS::NoValue"} for name in of_one_metric}
    stack.deploy({"Alarm": alarm(**none, Metrics=metrics)})
    found = shown("Alarm")
    assert [metric["Id"] for metric in found["Metrics"]] == ["busy", "share"]
    assert found["Metrics"][0]["MetricStat"]["Period"] == 60
    assert "MetricName" not in found
    assert not_emulated(stack) == {("Alarm", "Metrics")}
    stack.deploy({"Alarm": alarm()})
    assert shown("Alarm")["MetricName"] == "CPUUtilization"
    assert not_emulated(stack) == set()
    stack.delete()


def test_a_composite_alarm(account, stack, shown):
    def composite(rule):
        properties = {"AlarmRule": {"Fn::Sub": rule}, "AlarmDescription": "both", "ActionsEnabled": "true"}
        return {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": properties}

    stack.deploy({"One": alarm(), "Both": composite('ALARM("${One}")')})
    assert shown("Both", "CompositeAlarm")["AlarmRule"] == f'ALARM("{stack.physical_id("One")}")'
    stack.deploy({"One": alarm(), "Both": composite('OK("${One}")')})
    assert shown("Both", "CompositeAlarm")["AlarmRule"] == f'OK("{stack.physical_id("One")}")'
    name = stack.physical_id("Both")
    stack.delete()
    found = account.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    assert found["CompositeAlarms"] == []


def test_a_topic_its_key_and_its_policy(account, stack, not_emulated):
    def topic(**properties):
        return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "alarms", **properties}}

    statement = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": {"Ref": "Topic"}}]}
    policy = {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document},
    }
    stack.deploy({"Topic": topic(KmsMasterKeyId="alias/one"), "Policy": policy})
    sns = account.client("sns")
    arn = stack.physical_id("Topic")

    def attributes():
        return sns.get_topic_attributes(TopicArn=arn)["Attributes"]

    assert attributes()["KmsMasterKeyId"] == "alias/one"
    assert "cloudwatch.amazonaws.com" in attributes()["Policy"]
    assert not_emulated(stack) == set()
    stack.deploy({"Topic": topic(), "Policy": policy})
    assert not attributes().get("KmsMasterKeyId")
    stack.delete()
    with pytest.raises(ClientError, match="NotFound"):
        attributes()


def test_an_event_subscription_keeps_its_topic_and_what_it_is_about(account, stack, not_emulated):
    topic = "arn:aws:sns:us-east-1:000000000000:events"

    def subscription(*categories, **properties):
        given = {
            "SnsTopicArn": topic,
            "SourceType": "db-cluster",
            "EventCategories": list(categories),
            "Tags": [{"Key": "Team", "Value": "a"}],
            **properties,
        }
        return {"Type": "AWS::RDS::EventSubscription", "Properties": given}

    stack.deploy({"Events": subscription("failover", "failure")})
    rds = account.client("rds")

    def shown():
        found = rds.describe_event_subscriptions(SubscriptionName=stack.physical_id("Events"))
        return found["EventSubscriptionsList"][0]

    assert shown()["EventCategoriesList"] == ["failover", "failure"]
    assert shown()["SnsTopicArn"] == topic
    assert (shown()["SourceType"], shown()["Enabled"]) == ("db-cluster", True)
    tags = rds.list_tags_for_resource(ResourceName=shown()["EventSubscriptionArn"])["TagList"]
    assert {"Key": "Team", "Value": "a"} in tags
    assert not_emulated(stack) == set()
    stack.deploy({"Events": subscription("global-failover", Enabled="false")})
    assert (shown()["EventCategoriesList"], shown()["Enabled"]) == (["global-failover"], False)
    stack.deploy({"Events": subscription("global-failover", SnsTopicArn=f"{topic}-2")})
    assert shown()["SnsTopicArn"] == f"{topic}-2"
    name = stack.physical_id("Events")
    stack.delete()
    with pytest.raises(ClientError, match="SubscriptionNotFound"):
        rds.describe_event_subscriptions(SubscriptionName=name)


def test_a_dashboard_is_written_as_json_and_tagged(account, stack, not_emulated):
    def dashboard(stat, **tags):
        body = {"Fn::ToJsonString": {"widgets": [{"type": "metric", "properties": {"stat": stat}}]}}
        given = [{"Key": key, "Value": value} for key, value in tags.items()]
        properties = {"DashboardName": stack.name, "DashboardBody": body, "Tags": given}
        return {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}

    cloudwatch = account.client("cloudwatch")

    def shown():
        found = cloudwatch.get_dashboard(DashboardName=stack.name)
        return json.loads(found["DashboardBody"])["widgets"][0]["properties"]["stat"]

    def tags_of(arn):
        found = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found if not tag["Key"].startswith("aws:")}

    stack.deploy({"Board": dashboard("Sum", Team="a", Cost="b")}, Transform="AWS::LanguageExtensions")
    arn = cloudwatch.get_dashboard(DashboardName=stack.name)["DashboardArn"]
    assert (shown(), tags_of(arn)) == ("Sum", {"Team": "a", "Cost": "b"})
    stack.deploy({"Board": dashboard("Average", Team="c")}, Transform="AWS::LanguageExtensions")
    assert (shown(), tags_of(arn)) == ("Average", {"Team": "c"})
    assert not_emulated(stack) == set()
    stack.delete()
    with pytest.raises(ClientError):
        shown()
    with pytest.raises(ClientError, match="ResourceNotFound"):
        tags_of(arn)


def test_a_log_group(account, stack):
    def group(days):
        name = f"/{stack.name}/audit"
        return {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": name, "RetentionInDays": days, "KmsKeyId": "key"},
        }

    def shown():
        return account.client("logs").describe_log_groups(logGroupNamePrefix=f"/{stack.name}/")["logGroups"]

    stack.deploy({"Logs": group(30)})
    assert [(found["retentionInDays"], found["kmsKeyId"]) for found in shown()] == [(30, "key")]
    stack.deploy({"Logs": group(7)})
    assert shown()[0]["retentionInDays"] == 7
    stack.delete()
    assert shown() == []


def test_a_rule_of_events_and_its_target(account, stack):
    def rule(*sources):
        properties = {
            "EventPattern": {"source": list(sources)},
            "State": "ENABLED",
            "Targets": [{"Id": "topic", "Arn": "arn:aws:sns:us-east-1:000000000000:events"}],
        }
        return {"Type": "AWS::Events::Rule", "Properties": properties}

    events = account.client("events")

    def pattern():
        return json.loads(events.describe_rule(Name=stack.physical_id("Rule"))["EventPattern"])

    stack.deploy({"Rule": rule("aws.rds")})
    assert pattern() == {"source": ["aws.rds"]}
    assert [t["Id"] for t in events.list_targets_by_rule(Rule=stack.physical_id("Rule"))["Targets"]] == ["topic"]
    stack.deploy({"Rule": rule("aws.rds", "aws.kms")})
    assert pattern() == {"source": ["aws.rds", "aws.kms"]}
    name = stack.physical_id("Rule")
    stack.delete()
    with pytest.raises(ClientError, match="ResourceNotFound"):
        events.describe_rule(Name=name)


def test_a_role_and_a_managed_policy(account, stack, not_emulated):
    def document(action):
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}

    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}

    def resources(action):
        role = {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "inline", "PolicyDocument": document(action)}],
            "ManagedPolicyArns": [{"Ref": "Policy"}],
            "Tags": [{"Key": "Team", "Value": "a"}],
        }
        return {
            "Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document(action)}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        }

    iam = account.client("iam")

    def inline():
        return iam.get_role_policy(RoleName=stack.physical_id("Role"), PolicyName="inline")["PolicyDocument"]

    stack.deploy(resources("s3:GetObject"))
    attached = iam.list_attached_role_policies(RoleName=stack.physical_id("Role"))["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [stack.physical_id("Policy")]
    assert inline() == document("s3:GetObject")
    stack.deploy(resources("s3:PutObject"))
    assert inline() == document("s3:PutObject")
    assert not_emulated(stack) == set()
    name = stack.physical_id("Role")
    stack.delete()
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName=name)
