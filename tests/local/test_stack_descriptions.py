"""What DescribeStacks says of a stack."""

import json

NAME = "/settings/colour"


def test_a_parameter_from_parameter_store_shows_its_name_and_what_was_found(account, stack):
    account.client("ssm").put_parameter(Name=NAME, Value="blue & green", Type="String")
    whole = {
        "Parameters": {"Colour": {"Type": "AWS::SSM::Parameter::Value<String>"}, "Size": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Colour"}}}},
    }
    stack.deploy_template(whole, {"Colour": NAME, "Size": "large"})

    def shown():
        (found,) = stack.api.describe_stacks(StackName=stack.name)["Stacks"]
        return sorted(found["Parameters"], key=lambda parameter: parameter["ParameterKey"])

    size = {"ParameterKey": "Size", "ParameterValue": "large"}
    colour = {"ParameterKey": "Colour", "ParameterValue": NAME}
    assert shown() == [{**colour, "ResolvedValue": "blue & green"}, size]
    account.client("ssm").put_parameter(Name=NAME, Value="red", Type="String", Overwrite=True)
    stack.deploy_template(whole, {"Colour": NAME, "Size": "large"})
    assert shown() == [{**colour, "ResolvedValue": "red"}, size]
    stack.delete()


def test_a_nested_stack_names_its_parent_and_its_root(account, stack):
    s3 = account.client("s3")
    bucket = account.unique("templates")
    s3.create_bucket(Bucket=bucket)

    def stored(key, resources):
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps({"Resources": resources}))
        url = f"https://{bucket}.s3.us-east-1.amazonaws.com/{key}"
        return {"Nested": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}

    inner = stored("inner.json", {"Topic": {"Type": "AWS::SNS::Topic"}})
    stack.deploy(stored("outer.json", inner))
    described = {found["StackId"]: found for found in stack.api.describe_stacks()["Stacks"]}
    (top,) = (found for found in described.values() if found["StackName"] == stack.name)
    (outer,) = (found for found in described.values() if found.get("ParentId") == top["StackId"])
    (inner,) = (found for found in described.values() if found.get("ParentId") == outer["StackId"])
    assert "ParentId" not in top
    assert [found["RootId"] for found in (outer, inner)] == [top["StackId"]] * 2
    stack.delete()
