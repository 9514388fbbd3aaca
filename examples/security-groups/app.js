// Two services in one network. Each lets the other in, so each needs the other's security group.
const { App, CfnCondition, CfnOutput, CfnParameter, Fn, Stack, aws_ec2: ec2 } = require('aws-cdk-lib');

class Orders extends Stack {
  constructor(scope) {
    super(scope, 'Orders');
    const payments = new CfnParameter(this, 'PaymentsGroupId', { default: '' });
    const network = new ec2.Vpc(this, 'Network', {
      ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/20'),
      maxAzs: 2,
      subnetConfiguration: [{ name: 'services', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    const group = new ec2.SecurityGroup(this, 'Group', {
      vpc: network,
      description: 'The orders service',
      allowAllOutbound: false,
    });
    const linked = new CfnCondition(this, 'HasPayments', {
      expression: Fn.conditionNot(Fn.conditionEquals(payments, '')),
    });
    for (const rule of bothWays(this, group, payments, { serves: 8080, calls: 8443 })) {
      rule.cfnOptions.condition = linked;
    }
    new CfnOutput(this, 'VpcId', { value: network.vpcId });
    new CfnOutput(this, 'GroupId', { value: group.securityGroupId });
  }
}

class Payments extends Stack {
  constructor(scope) {
    super(scope, 'Payments');
    const vpcId = new CfnParameter(this, 'VpcId');
    const orders = new CfnParameter(this, 'OrdersGroupId');
    const network = ec2.Vpc.fromVpcAttributes(this, 'Network', {
      vpcId: vpcId.valueAsString,
      availabilityZones: this.availabilityZones,
    });
    const group = new ec2.SecurityGroup(this, 'Group', {
      vpc: network,
      description: 'The payments service',
      allowAllOutbound: false,
    });
    bothWays(this, group, orders, { serves: 8443, calls: 8080 });
    new CfnOutput(this, 'GroupId', { value: group.securityGroupId });
  }
}

/** The rules between a stack's own group and the other's. */
function bothWays(stack, group, other, ports) {
  return [
    new ec2.CfnSecurityGroupIngress(stack, 'FromOther', {
      groupId: group.securityGroupId,
      sourceSecurityGroupId: other.valueAsString,
      ipProtocol: 'tcp',
      fromPort: ports.serves,
      toPort: ports.serves,
      description: 'calls of the other service',
    }),
    new ec2.CfnSecurityGroupEgress(stack, 'ToOther', {
      groupId: group.securityGroupId,
      destinationSecurityGroupId: other.valueAsString,
      ipProtocol: 'tcp',
      fromPort: ports.calls,
      toPort: ports.calls,
      description: 'calls to the other service',
    }),
  ];
}

const app = new App();
new Orders(app);
new Payments(app);
